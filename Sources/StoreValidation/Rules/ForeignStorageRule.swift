/// All data lies in the file itself, in a form that every HDF5 library reads.
struct ForeignStorageRule: Rule {
    let codes: [FindingCode] = [.foreignStorage]

    func findings(in store: StoreInspection) throws -> [Finding] {
        store.refused.map { Finding(.foreignStorage, at: $0.path, $0.refusal.message) }
    }
}
