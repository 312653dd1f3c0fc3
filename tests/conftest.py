"""What every test finds: real services, the cast, and no way out of this machine."""

pytest_plugins = ["tests.stage.plugin"]
