// StoreValidation
