"""The pure rules: values in, decisions out. No I/O, no clock, nothing of the gateway outside this folder."""
