// PickleConversion
