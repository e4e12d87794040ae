"""The two pages of the documentation that are generated: docs/configuration.md and docs/api.md."""
