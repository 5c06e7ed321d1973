import Concurrency
import Conversion
import FeatureStore
import Foundation

/// Makes a store from a manifest of utterances and `.npy` matrices. No Python is involved; rows are streamed.
///
/// ```swift
/// let request = TableRequest(manifest: "utterances.csv", matrices: [.init(name: "audio", modality: .audio, path: "audio.npy")], output: "mine.h5")
/// let summary = try TableConverter.convert(request)
/// ```
public enum TableConverter {
    private static let blockBytes = 1 << 20

    /// Runs a conversion.
    /// - Parameter progress: Called now and then; what it throws ends the conversion. No file is left behind then.
    /// - Throws: `ConversionError`, `StoreError` from the writer, or what `progress` throws.
    public static func convert(
        _ request: TableRequest, progress: @escaping ConversionProgressHandler = { _ in }
    ) throws -> ConversionSummary {
        try OutputCheck.check(
            inputs: [request.manifest] + request.matrices.map(\.path), output: request.output,
            overwrites: request.overwrites)
        guard !request.matrices.isEmpty else {
            throw ConversionError.input("No matrices were given: a store needs at least one feature.")
        }
        let file = try InputFile(path: request.manifest)
        let matrices = try request.matrices.map { given throws(ConversionError) in try NumpyMatrix(path: given.path) }
        let table = try TableManifest(request, file: file) {
            try progress(ConversionProgress(stage: "Reading \(file.name)", completed: 0, total: file.bytes))
        }
        let utterances = table.manifest.labels.count
        for matrix in matrices where matrix.rows != utterances {
            throw ConversionError.input(
                "\(matrix.file.name) has \(matrix.rows) rows for the \(utterances) utterances of \(file.name); give one row per utterance."
            )
        }
        var manifest = table.manifest
        manifest.features = zip(request.matrices, matrices).map { given, matrix in
            FeatureDescription(
                name: given.name, modality: given.modality, layer: given.layer, width: matrix.width,
                sourceDataType: matrix.typeName)
        }
        let files = [file] + matrices.map(\.file)
        manifest.sources = zip(files, ["table of utterances"] + matrices.map { _ in ".npy matrix" }).map {
            file, layout in
            SourceFile(name: file.name, bytes: file.bytes, sha256: SourceFile.pendingSHA256, layout: layout)
        }
        manifest.toolVersion = request.toolVersion
        manifest.created = request.created
        let options = StoreWriterOptions(
            compressionLevel: request.compressionLevel, refusesNonFiniteValues: !request.keepsNonFiniteValues,
            overwrites: request.overwrites)
        var costs: [String] = []
        var sources = manifest.sources
        let written = try StoreWriter.write(manifest, to: request.output, options: options) { writer in
            // Where each file begins where the bytes of all are counted end to end.
            let starts = files.reduce(into: [0]) { $0.append($0.last! + $1.bytes) }
            let digests = InputFile.digesting(files, starts: starts)
            // Rows in another order are read here and there: then each file is read for itself.
            digests.permit(upTo: table.sourceRows == nil ? starts[1] : starts.last!)
            let total = matrices.reduce(0) { $0 + $1.rows * $1.width * 4 }
            var done = 0
            for (index, (matrix, feature)) in zip(matrices, manifest.features).enumerated() {
                var conversion = FloatConversion()
                try forEachBlock(of: matrix, rows: table.sourceRows) { end, bytes in
                    digests.permit(upTo: starts[index + 1] + end)
                    try conversion.withFloats(bytes, type: matrix.type) { values, exact in
                        try writer.append(rows: values, to: feature.name, exact: exact)
                        done += values.count * 4
                    }
                    try progress(ConversionProgress(stage: "Writing features", completed: done, total: total))
                }
                digests.permit(upTo: starts[index + 2])
                try writer.noteInexactValues(conversion.rounded + conversion.overflowed, of: feature.name)
                costs += conversion.warnings(feature: feature)
            }
            for index in sources.indices {
                guard let digest = try digests.next() else { throw CancellationError() }
                sources[index].sha256 = digest
                writer.noteSHA256(sources[index].sha256, ofSource: index)
            }
            for file in files { try file.requireUnchanged() }
        }
        manifest.sources = sources
        return ConversionSummary(manifest, costs: costs, store: written)
    }

    /// Visits the matrix's rows in the given order (nil for its own), a few MiB at a time. Rows that follow each other are
    /// read together.
    /// - Parameter visit: Receives the position in the file where the last row ends, and the rows' bytes.
    private static func forEachBlock(
        of matrix: NumpyMatrix, rows: [UInt32]?, _ visit: (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let capacity = max(1, blockBytes / matrix.rowBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity * matrix.rowBytes, alignment: 64)
        defer { buffer.deallocate() }
        func row(_ index: Int) -> Int { rows.map { Int($0[index]) } ?? index }
        for start in stride(from: 0, to: matrix.rows, by: capacity) {
            let end = min(start + capacity, matrix.rows)
            var next = start
            while next < end {
                let run = next
                repeat { next += 1 } while next < end && row(next) == row(next - 1) + 1
                let place = (run - start) * matrix.rowBytes..<(next - start) * matrix.rowBytes
                try matrix.read(
                    row(run)..<row(run) + (next - run), into: UnsafeMutableRawBufferPointer(rebasing: buffer[place]))
            }
            try visit(
                matrix.end(ofRow: row(end - 1)),
                UnsafeRawBufferPointer(rebasing: buffer[..<((end - start) * matrix.rowBytes)]))
        }
    }
}

extension InputFile {
    /// Begins to compute the SHA-256, in hexadecimal, of each file. It stays behind the thread that reads them for their content,
    /// so that each byte comes from the disk once.
    /// - Parameter starts: where each file begins in the count of the bytes of all: the positions that the work is permitted.
    fileprivate static func digesting(_ files: [InputFile], starts: [Int]) -> BackgroundWork<String> {
        BackgroundWork("source digests", count: files.count) { index, pace in
            var digest = SHA256Digest()
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
            defer { piece.deallocate() }
            for position in stride(from: 0, to: files[index].bytes, by: piece.count) {
                let count = min(piece.count, files[index].bytes - position)
                try pace.wait(until: starts[index] + position + count)
                let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<count])
                try files[index].read(at: position, into: part)
                digest.update(UnsafeRawBufferPointer(part))
            }
            return digest.hexadecimal()
        }
    }
}
