"""The daemon: it joins protocol, signer and core into one served road; only its `cli` may import conformance."""
