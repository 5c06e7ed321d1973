import FeatureStore

/// The file's last line matches all bytes before it.
struct ClosingChecksumRule: Rule {
    static let allCodes: [FindingCode] = [.checksumMismatch, .notHDF5, .noClosingChecksum]
    let codes = allCodes
    let readsData = true
    /// What the file's last line says of all bytes before it; nil where it could not be read.
    let state: ClosingChecksum.State?

    func findings(in store: StoreInspection) throws -> [Finding] {
        switch try state ?? ClosingChecksum.state(of: store.path) {
        case .valid: []
        case .mismatch:
            [Finding(.checksumMismatch, at: "/", "the file's bytes do not match the checksum in its last line")]
        case .malformed:
            [Finding(.notHDF5, at: "/", "the file's last line, its closing checksum, is damaged or cut off")]
        case .missing: [Finding(.noClosingChecksum, at: "/", "the file does not end with a checksum over its bytes")]
        }
    }
}
