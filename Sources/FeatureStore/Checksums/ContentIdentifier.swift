import Foundation
import HDF5

/// What decides whether two stores hold the same data: one line for everything that counts, sorted, and the SHA-256 of all lines.
/// Provenance, statistics and checksums do not count. FORMAT.md says what the lines are.
package struct ContentIdentifier {
    /// What the lines are made of.
    package enum Definition: Sendable {
        /// Format 1.0: the datasets with their types, and so the width of string columns; no attribute.
        case storage
        /// From format 1.1 on: numbers, the strings themselves, and the attributes that say what these mean.
        case meaning

        /// The one that a file of that version follows; nil where the version is newer than this program, and may have another.
        package init?(_ version: FormatVersion) {
            guard version.minor <= FormatVersion.current.minor else { return nil }
            self = version.minor == 0 ? .storage : .meaning
        }
    }

    private let definition: Definition
    private var lines: [String] = []

    package init(_ definition: Definition) { self.definition = definition }

    /// A dataset of numbers or, in the first definition, of strings.
    /// - Parameters:
    ///   - path: The dataset's path, beginning with "/".
    ///   - sha256: The SHA-256 of its bytes in hexadecimal.
    package mutating func add(path: String, type: ElementType, shape: [Int], sha256: String) {
        guard counts(path) else { return }
        if case .string = type, definition == .meaning { return }
        add(path, type.numpyName ?? "", shape.map(String.init).joined(separator: ","), sha256)
    }

    /// A dataset of strings, in the second definition.
    /// - Parameter sha256: The SHA-256 of the strings, each followed by a zero byte.
    package mutating func add(stringsAt path: String, shape: [Int], sha256: String) {
        guard counts(path), definition == .meaning else { return }
        add(path, "S", shape.map(String.init).joined(separator: ","), sha256)
    }

    /// An attribute that says what numbers mean, in the second definition.
    package mutating func add(attribute: String, of path: String, value: String) {
        guard definition == .meaning else { return }
        var digest = SHA256Digest()
        Array(value.utf8).withUnsafeBytes { digest.update($0) }
        add("\(path)@\(attribute)", digest.hexadecimal())
    }

    /// The attributes of a feature that count.
    package mutating func add(_ feature: FeatureDescription) {
        let path = StorePath.feature(feature.name)
        add(attribute: "modality", of: path, value: feature.modality.rawValue)
        if let layer = feature.layer { add(attribute: "layer", of: path, value: "\(layer)") }
    }

    private mutating func add(_ parts: String...) { lines.append(parts.joined(separator: "\t") + "\n") }

    private func counts(_ path: String) -> Bool {
        guard StorePath.countsAsContent(path) else { return false }
        return switch definition {
        // What format 1.0 did not have has no part in its id.
        case .storage: !path.hasPrefix(StorePath.targets + "/")
        case .meaning: path != StorePath.splitOrigin
        }
    }

    /// The SHA-256, in hexadecimal, of all lines, sorted by their UTF-8 bytes.
    package func value() -> String {
        var digest = SHA256Digest()
        for line in lines.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            Array(line.utf8).withUnsafeBytes { digest.update($0) }
        }
        return digest.hexadecimal()
    }
}

extension Dataset {
    /// The SHA-256 of its bytes that it states; nil where it states none.
    func statedSHA256() throws(HDF5Error) -> String? {
        hasAttribute("sha256") ? try readString(attribute: "sha256") : nil
    }

    /// The SHA-256 of strings of fixed length, each without its filling and followed by a zero byte.
    package func stringDigest() throws(HDF5Error) -> String {
        var digest = SHA256Digest()
        let size = max(1, elementType.size ?? 1)
        var strings: [UInt8] = []
        try forEachBlock { _, bytes in
            strings.removeAll(keepingCapacity: true)
            for start in stride(from: 0, to: bytes.count, by: size) {
                strings += UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]).prefix { $0 != 0 }
                strings.append(0)
            }
            strings.withUnsafeBytes { digest.update($0) }
            return true
        }
        return digest.hexadecimal()
    }
}

extension File {
    /// The content id of what the file holds.
    /// - Parameters:
    ///   - datasets: The paths of all datasets.
    ///   - sha256: The SHA-256 of a dataset's bytes.
    /// - Throws: `HDF5Error` where something cannot be read.
    package func contentID(
        _ definition: ContentIdentifier.Definition, datasets: [String],
        sha256: (String) throws(HDF5Error) -> String?
    ) throws(HDF5Error) -> String {
        var content = ContentIdentifier(definition)
        for path in datasets where StorePath.countsAsContent(path) {
            let dataset = try openDataset(path)
            guard dataset.elementType.numpyName != nil else { continue }
            content.add(
                path: path, type: dataset.elementType, shape: dataset.shape, sha256: try sha256(path) ?? "")
            guard definition == .meaning else { continue }
            if case .string = dataset.elementType {
                content.add(stringsAt: path, shape: dataset.shape, sha256: try dataset.stringDigest())
            }
            guard path.hasPrefix(StorePath.features + "/") else { continue }
            for name in ["modality", "layer"] where dataset.hasAttribute(name) {
                let value =
                    try name == "layer"
                    ? "\(dataset.readScalar(attribute: name, as: Int32.self))" : dataset.readString(attribute: name)
                content.add(attribute: name, of: path, value: value)
            }
        }
        for (name, path) in [("dataset", "/"), ("scope", StorePath.speakers)] where hasAttribute(name, of: path) {
            content.add(attribute: name, of: path, value: try readString(attribute: name, of: path))
        }
        return content.value()
    }

    /// The content id, of the SHA-256 that the datasets state.
    package func statedContentID(
        _ definition: ContentIdentifier.Definition, datasets: [String]
    ) throws(HDF5Error) -> String {
        try contentID(definition, datasets: datasets) { path throws(HDF5Error) in try openDataset(path).statedSHA256() }
    }
}
