import FeatureStore
import Foundation

/// Makes a store from a manifest of utterances and `.npy` matrices. No Python is involved; rows are streamed.
///
/// ```swift
/// let request = TableRequest(manifest: "utterances.csv", matrices: [.init(name: "audio", modality: .audio, path: "audio.npy")], output: "mine.h5")
/// let summary = try TableConverter.convert(request)
/// ```
public enum TableConverter {
    private static let blockBytes = 4 << 20

    /// Runs a conversion.
    /// - Parameter progress: Called now and then; what it throws ends the conversion. No file is left behind then.
    /// - Throws: ``ConversionError``, `StoreError` from the writer, or what `progress` throws.
    public static func convert(
        _ request: TableRequest, progress: @escaping ConversionProgressHandler = { _ in }
    ) throws -> ConversionSummary {
        try OutputCheck.check(
            inputs: [request.manifest] + request.matrices.map(\.path), output: request.output, overwrites: request.overwrites)
        guard !request.matrices.isEmpty else { throw ConversionError.input("No matrices were given: a store needs at least one feature.") }
        let file = try InputFile(path: request.manifest)
        let matrices = try request.matrices.map { given throws(ConversionError) in try NumpyMatrix(path: given.path) }
        let table = try TableManifest(request, file: file) {
            try progress(ConversionProgress(stage: "Reading \(file.name)", completed: 0, total: file.bytes))
        }
        let digests = ([file] + matrices.map(\.file)).map { FileDigest(of: $0) }
        for matrix in matrices where matrix.rows != table.sourceRows.count {
            throw ConversionError.input(
                "\(matrix.file.name) has \(matrix.rows) rows for the \(table.sourceRows.count) utterances of \(file.name); give one row per utterance.")
        }
        var manifest = table.manifest
        manifest.features = zip(request.matrices, matrices).map { given, matrix in
            FeatureDescription(
                name: given.name, modality: given.modality, layer: given.layer, width: matrix.width, sourceDataType: matrix.typeName)
        }
        manifest.sources = try zip(digests, ["table of utterances"] + matrices.map { _ in ".npy matrix" }).map { digest, layout in
            SourceFile(name: digest.file.name, bytes: digest.file.bytes, sha256: try digest.value(), layout: layout)
        }
        manifest.toolVersion = request.toolVersion
        manifest.created = request.created
        let options = StoreWriterOptions(
            compressionLevel: request.compressionLevel, refusesNonFiniteValues: !request.keepsNonFiniteValues)
        var costs: [String] = []
        let written = try StoreWriter.write(manifest, to: request.output, options: options) { writer in
            let total = matrices.reduce(0) { $0 + $1.rows * $1.width * 4 }
            var done = 0
            for (matrix, feature) in zip(matrices, manifest.features) {
                var conversion = FloatConversion()
                try forEachBlock(of: matrix, rows: table.sourceRows) { bytes in
                    try conversion.withFloats(bytes, type: matrix.type) { values in
                        try writer.append(rows: values, to: feature.name)
                        done += values.count * 4
                    }
                    try progress(ConversionProgress(stage: "Writing features", completed: done, total: total))
                }
                try writer.noteInexactValues(conversion.rounded + conversion.overflowed, of: feature.name)
                costs += conversion.warnings(feature: feature)
            }
        }
        return ConversionSummary(manifest, costs: costs, store: written)
    }

    /// Visits the matrix's rows in the given order, a few MiB at a time. Rows that follow each other are read together.
    private static func forEachBlock(
        of matrix: NumpyMatrix, rows: [Int], _ visit: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let capacity = max(1, blockBytes / matrix.rowBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity * matrix.rowBytes, alignment: 64)
        defer { buffer.deallocate() }
        var (next, filled) = (0, 0)
        while next < rows.count {
            var end = next + 1
            while end < rows.count, end - next < capacity - filled, rows[end] == rows[end - 1] + 1 { end += 1 }
            let run = rows[next]..<rows[next] + (end - next)
            let start = filled * matrix.rowBytes
            try matrix.read(run, into: UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + run.count * matrix.rowBytes]))
            filled += run.count
            next = end
            if filled == capacity || next == rows.count {
                try visit(UnsafeRawBufferPointer(rebasing: buffer[..<(filled * matrix.rowBytes)]))
                filled = 0
            }
        }
    }
}

/// SHA-256 of a file, computed on another thread while this one goes on.
private final class FileDigest: @unchecked Sendable {
    let file: InputFile
    private let finished = DispatchSemaphore(value: 0)
    private var digest = Result<String, any Error>.success("")

    init(of file: InputFile) {
        self.file = file
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            digest = Result { try file.digest() }
            finished.signal()
        }
    }

    /// Waits for the digest, in hexadecimal.
    func value() throws -> String {
        finished.wait()
        finished.signal()
        return try digest.get()
    }
}
