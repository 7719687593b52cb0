"""The plumbing of requests and pages that every screen shares: middleware, errors, cookies, health, template tags."""
