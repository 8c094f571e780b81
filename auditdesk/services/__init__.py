"""What people do: commands, time travel, reports, forgetting, import, verification."""
