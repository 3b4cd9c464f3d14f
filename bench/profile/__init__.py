"""Where a running gateway spends its processor time, by thread and function, without a tool that must be installed."""
