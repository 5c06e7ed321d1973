"""What `torch.save` writes: zip archives whose members are tensors' bytes and a pickle."""
