import Concurrency
import Conversion
import FeatureStore
import Foundation

/// Writes the store of lists in order and the features that belong to them.
struct TableWriting {
    private let request: TableRequest
    private let sourceRows: [UInt32]?
    private let rows: Int
    private let inputs: [FeatureInputs.Input]
    /// For each feature with arrays by id its rows.
    private let arrayRows: [ArrayRows?]
    private var manifest: StoreManifest
    /// The lists, and the files of all features.
    private let files: [InputFile]
    /// For each source its file's place in ``files``, or the arrays that tell themselves what they are.
    private let sources: [Source]

    private enum Source {
        case file(Int, layout: String)
        case arrays(any ArraysByID)
    }

    private static let blockBytes = 1 << 20

    init(_ request: TableRequest, _ table: TableManifest, lists: [InputFile], features: FeatureInputs) throws {
        (self.request, sourceRows, inputs) = (request, table.sourceRows, features.inputs)
        manifest = table.manifest
        let (sourceRows, rows) = (table.sourceRows, manifest.labels.count)
        self.rows = rows
        var files = lists
        var sources = lists.indices.map { Source.file($0, layout: "table of utterances") }
        arrayRows = try features.inputs.map { input in
            switch input {
            case .matrix(let matrix):
                sources.append(.file(files.count, layout: ".npy matrix"))
                files.append(matrix.file)
                return nil
            case .arrays(let matched):
                for arrays in matched.sources {
                    if let file = arrays.file {
                        sources.append(.file(files.count, layout: arrays.layout))
                        files.append(file)
                    } else {
                        sources.append(.arrays(arrays))
                    }
                }
                return try ArrayRows(
                    matched, sourceRows: sourceRows, rowCount: rows, frames: request.frames, mending: request.mending)
            }
        }
        (self.files, self.sources) = (files, sources)
        let arrayRows = arrayRows
        manifest.features = request.features.indices.map { index in
            let given = request.features[index]
            let (width, type) =
                switch features.inputs[index] {
                case .matrix(let matrix): (matrix.width, matrix.type.numpyName)
                case .arrays: (arrayRows[index]?.width ?? 0, arrayRows[index]?.typeNames.first ?? "")
                }
            return FeatureDescription(
                name: given.name, modality: given.modality, layer: given.layer, width: width,
                extractor: given.extractor, sourceDataType: type)
        }
        manifest.sources = sources.map { source in
            switch source {
            case .file(let index, let layout):
                SourceFile(
                    name: files[index].name, bytes: files[index].bytes, sha256: SourceFile.pendingSHA256,
                    layout: layout)
            case .arrays(let arrays):
                SourceFile(
                    name: arrays.name, bytes: arrays.bytes, sha256: SourceFile.pendingSHA256, layout: arrays.layout)
            }
        }
        manifest.warnings += features.warnings
        manifest.toolVersion = request.toolVersion
        manifest.created = request.created
        manifest.options = request.options
    }

    /// Writes everything.
    func write(_ progress: @escaping ConversionProgressHandler) throws -> ConversionSummary {
        let options = StoreWriterOptions(
            compressionLevel: request.compressionLevel, refusesNonFiniteValues: !request.keepsNonFiniteValues,
            overwrites: request.overwrites)
        var (costs, written) = ([String](), manifest)
        let store = try StoreWriter.write(manifest, to: request.output, options: options) { writer in
            // Where each file begins where the bytes of all are counted end to end.
            let starts = files.reduce(into: [0]) { $0.append($0.last! + $1.bytes) }
            let digests = InputFile.digesting(files, starts: starts)
            // Rows in another order are read here and there: then each file is read for itself.
            digests.permit(upTo: sourceRows == nil ? starts[request.lists.count] : starts.last!)
            let total = manifest.features.reduce(0) { $0 + rows * $1.width * 4 }
            var (done, file) = (0, request.lists.count)
            func report(_ values: Int) throws {
                done += values * 4
                try progress(ConversionProgress(stage: "Writing features", completed: done, total: total))
            }
            for (index, feature) in manifest.features.enumerated() {
                var feature = feature
                let conversion: FloatConversion
                switch inputs[index] {
                case .matrix(let matrix):
                    conversion = try write(matrix, feature.name, to: writer, report) { end in
                        digests.permit(upTo: starts[file] + end)
                    }
                    file += 1
                    digests.permit(upTo: starts[file])
                case .arrays(let matched):
                    // Read here and there as the utterances want it.
                    file += matched.sources.count { $0.file != nil }
                    digests.permit(upTo: starts[file])
                    guard let rows = arrayRows[index] else { preconditionFailure("arrays without rows") }
                    try write(rows, feature.name, to: writer, report)
                    conversion = rows.conversion
                    feature.sourceDataType = rows.typeNames.joined(separator: ", ")
                    try writer.noteSourceDataType(feature.sourceDataType, of: feature.name)
                    written.features[index] = feature
                }
                try conversion.note(to: writer, feature: feature.name)
                costs += conversion.warnings(feature: feature)
            }
            for (index, source) in sources.enumerated() {
                switch source {
                case .file:
                    guard let digest = try digests.next() else { throw CancellationError() }
                    written.sources[index].sha256 = digest
                case .arrays(let arrays): written.sources[index].sha256 = try arrays.digest()
                }
                writer.noteSHA256(written.sources[index].sha256, ofSource: index)
            }
            for file in files { try file.requireUnchanged() }
        }
        return ConversionSummary(written, costs: costs, store: store)
    }

    /// Writes the rows of arrays, which are read and converted on another thread while those before them are written.
    private func write(
        _ rows: ArrayRows, _ feature: String, to writer: StoreWriter, _ report: (Int) throws -> Void
    ) throws {
        nonisolated(unsafe) let maker = rows
        let windows = BackgroundWork("features by id", count: rows.windowCount, ahead: 2) { index, _ in
            try maker.window(index)
        }
        while let window = try windows.next(waiting: { _ in try report(0) }) {
            try window.values.withUnsafeBufferPointer { values in
                try writer.append(rows: values, to: feature) { window.exact[$0] }
            }
            try report(window.values.count)
        }
    }

    private func write(
        _ matrix: NumpyMatrix, _ feature: String, to writer: StoreWriter, _ report: (Int) throws -> Void,
        reached: (Int) -> Void
    ) throws -> FloatConversion {
        var conversion = FloatConversion(mending: request.mending)
        try forEachBlock(of: matrix) { end, bytes in
            reached(end)
            var count = 0
            try conversion.withFloats(bytes, type: matrix.type) { values, exact in
                try writer.append(rows: values, to: feature, exact: exact)
                count = values.count
            }
            try report(count)
        }
        return conversion
    }

    /// Visits the matrix's rows in the store's order, a few MiB at a time. Rows that follow each other are
    /// read together.
    /// - Parameter visit: Receives the position in the file where the last row ends, and the rows' bytes.
    private func forEachBlock(of matrix: NumpyMatrix, _ visit: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        let capacity = max(1, Self.blockBytes / matrix.rowBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity * matrix.rowBytes, alignment: 64)
        defer { buffer.deallocate() }
        func row(_ index: Int) -> Int { sourceRows.map { Int($0[index]) } ?? index }
        for start in stride(from: 0, to: rows, by: capacity) {
            let end = min(start + capacity, rows)
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
