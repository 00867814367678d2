"""What all pages share: templating, headers, cross-site checks, pagination."""
