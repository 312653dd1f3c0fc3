"""The gateway process owns the port: it answers /v1/* and /stream/* itself and hands the rest to the panel process."""
