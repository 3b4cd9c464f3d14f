"""The gateway's own database: what was asked, what was decided, what was answered. The only room that talks to it."""
