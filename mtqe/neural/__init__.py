"""What the neural metrics share: packaged weights, the encoder and its batches."""
