import FeatureStore
import Files
import Foundation
import HDF5

/// What a store that was made from other stores says about its making.
public struct StoreOrigin: Sendable {
    /// The version of the program.
    public var toolVersion: String
    /// When it was made (ISO 8601); nil leaves it out, so that the same input gives the same bytes.
    public var created: String?

    /// An origin; see the properties.
    public init(toolVersion: String, created: String? = nil) {
        self.toolVersion = toolVersion
        self.created = created
    }

    /// Enters the stores, and the files they were made from, into a manifest.
    func record(_ action: String, of stores: [Store], in manifest: inout StoreManifest) throws {
        manifest.toolVersion = toolVersion
        manifest.created = created
        manifest.options = action
        for store in stores {
            manifest.sources.append(
                SourceFile(
                    name: PathParts.name(of: store.path), bytes: try FileDigest.size(store.path),
                    sha256: try FileDigest.sha256(store.path),
                    layout: "\(StorePath.format) \(store.formatVersion), content id \(store.contentID)"))
        }
        for store in stores {
            for source in store.provenance?.sources ?? [] where !manifest.sources.contains(source) {
                manifest.sources.append(source)
            }
            for warning in store.provenance?.warnings ?? [] where !manifest.warnings.contains(warning) {
                manifest.warnings.append(warning)
            }
            manifest.latin1Sentences += store.provenance?.latin1Sentences ?? 0
        }
    }
}

/// The size and the SHA-256 of a file.
enum FileDigest {
    static func size(_ path: String) throws(StoreToolsError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw unreadable(path) }
        return Int(status.st_size)
    }

    static func sha256(_ path: String) throws(StoreToolsError) -> String {
        guard let stream = fopen(path, "rb") else { throw unreadable(path) }
        defer { fclose(stream) }
        var digest = SHA256Digest()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        while case let count = fread(buffer.baseAddress, 1, buffer.count, stream), count > 0 {
            digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        guard ferror(stream) == 0 else { throw unreadable(path) }
        return digest.hexadecimal()
    }

    private static func unreadable(_ path: String) -> StoreToolsError {
        StoreToolsError("cannot read '\(path)': \(String(cString: strerror(errno)))")
    }
}
