"""What each document says, and where and when it was seen."""
