"""What is on the screen: panes and the parts they share."""
