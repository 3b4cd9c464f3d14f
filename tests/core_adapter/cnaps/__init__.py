"""CNAPS2 messages: golden files, a second reader that shares nothing with the codec, and what is refused."""
