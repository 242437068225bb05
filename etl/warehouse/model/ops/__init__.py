"""What happened: loads, findings, quarantine, conflicts, changes."""
