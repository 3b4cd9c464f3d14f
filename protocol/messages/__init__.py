"""The typed messages of each family, bound to XML by protocol.binding; they know nothing of services or storage."""
