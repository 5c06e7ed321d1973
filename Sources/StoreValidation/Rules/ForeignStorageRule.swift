import HDF5

/// All data lies in the file itself, in a form that every HDF5 library reads.
struct ForeignStorageRule: Rule {
    let codes: [FindingCode] = [.foreignStorage]

    /// gzip, shuffle, Fletcher-32: built into every HDF5 library.
    private static let knownFilters: Set<Int> = [1, 2, 3]

    func findings(in store: StoreInspection) throws -> [Finding] {
        var findings = store.foreignLinks.map {
            Finding(.foreignStorage, at: $0, "it is a link to somewhere else and not an object of this file")
        }
        for dataset in store.datasets.values {
            if dataset.storage.kind == .virtual {
                findings.append(Finding(.foreignStorage, at: dataset.path, "it is a virtual dataset"))
            }
            if dataset.storage.isExternal {
                findings.append(Finding(.foreignStorage, at: dataset.path, "its data lies in another file"))
            }
            for filter in dataset.storage.filters where !Self.knownFilters.contains(filter) {
                findings.append(
                    Finding(
                        .foreignStorage, at: dataset.path, "it needs filter \(filter), which not every HDF5 library has"
                    ))
            }
        }
        return findings
    }
}
