/// What decides whether two stores hold the same data: path, type, shape and SHA-256 of each dataset, however it is laid
/// out or compressed. Provenance, statistics and checksums do not count.
package struct ContentIdentifier {
    private var lines: [String] = []

    package init() {}

    /// - Parameters:
    ///   - path: The dataset's path, beginning with "/".
    ///   - type: NumPy's name of its element type, for example `<f4`.
    ///   - shape: Its extents.
    ///   - sha256: The SHA-256 of its bytes in hexadecimal.
    package mutating func add(path: String, type: String, shape: [Int], sha256: String) {
        guard StorePath.countsAsContent(path) else { return }
        lines.append("\(path)\t\(type)\t\(shape.map(String.init).joined(separator: ","))\t\(sha256)\n")
    }

    /// The SHA-256, in hexadecimal, of one line per dataset, sorted by their UTF-8 bytes.
    package func value() -> String {
        var digest = SHA256Digest()
        for line in lines.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            Array(line.utf8).withUnsafeBytes { digest.update($0) }
        }
        return digest.hexadecimal()
    }
}
