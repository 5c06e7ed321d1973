import HDF5

extension Store {
    /// How many values of a feature changed when they were rounded to float32, as the file says; 0 where it does not.
    public func inexactValues(of feature: String) throws(StoreError) -> Int {
        let found = try dataset(of: feature)
        guard found.dataset.hasAttribute("inexact_values") else { return 0 }
        do {
            return try found.dataset.readScalar(attribute: "inexact_values")
        } catch {
            throw StoreError(error, reason: .malformed)
        }
    }

    /// How many bytes the rows of a feature take in the file, and whether they are compressed.
    public func storage(of feature: String) throws(StoreError) -> (bytes: Int, isCompressed: Bool) {
        do {
            let storage = try dataset(of: feature).dataset.storage()
            return (storage.bytes, storage.filters.contains(1))
        } catch let error as HDF5Error {
            throw StoreError(error, reason: .malformed)
        } catch {
            throw error as? StoreError ?? malformed(feature, "\(error)")
        }
    }
}
