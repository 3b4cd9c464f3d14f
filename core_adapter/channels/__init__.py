"""The ways to other banks: CNAPS2 messages, what their status codes mean, and the link on which they travel."""
