"""The contract checks that every plug-in must pass, shipped so that outside plug-ins can run them too."""
