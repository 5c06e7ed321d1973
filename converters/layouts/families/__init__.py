"""What layouts of one family share. These modules are no layouts themselves."""
