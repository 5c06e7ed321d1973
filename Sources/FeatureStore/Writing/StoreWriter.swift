import Files
import Foundation
import HDF5

/// Writes a feature store, all or nothing, with memory bounded by what is handed over at a time.
///
/// ```swift
/// let written = try StoreWriter.write(manifest, to: "iemocap.h5") { writer in
///     for dialogue in dialogues { try writer.append(rows: dialogue.audio, to: "audio") }
/// }
/// ```
///
/// The same manifest and rows, appended in the same order, always give the same bytes.
public final class StoreWriter {
    private let path: String
    private let manifest: StoreManifest
    private let options: StoreWriterOptions
    private var file: File?
    /// In the manifest's order; found by the bytes of their names.
    private var sinks: [FeatureSink] = []
    private var isTraining: [Bool] = []
    private var content = ContentIdentifier(.meaning)
    private var writeBehind: WriteBehind?
    private var lateDigests: [Int: String] = [:]

    /// Writes a store under a temporary name beside `path`, checks it, and only then gives it its name: whatever fails,
    /// no file of that name appears, and one that was there before stays as it was.
    /// - Parameters:
    ///   - manifest: Everything but the feature rows.
    ///   - path: Where the store will be.
    ///   - features: Appends all rows of all features of the manifest.
    /// - Throws: ``StoreError`` where the manifest or the rows contradict themselves or the system refuses; whatever
    ///   `features` throws.
    public static func write(
        _ manifest: StoreManifest, to path: String, options: StoreWriterOptions = StoreWriterOptions(),
        features: (StoreWriter) throws -> Void
    ) throws -> WrittenStore {
        try manifest.check(for: path)
        do {
            return try AtomicFile.replace(path, overwrites: options.overwrites) { temporary in
                let writer = StoreWriter(manifest, path: path, options: options)
                do {
                    try writer.begin(at: temporary)
                    try features(writer)
                    try writer.finish()
                } catch {
                    // What was written is worthless; give its space back even if the library should keep the file open.
                    truncate(temporary, 0)
                    writer.abandon()
                    throw error
                }
                return try writer.verify(temporary)
            }
        } catch let error as FilesError {
            throw StoreError(
                .system, file: path, object: nil, message: "cannot \(error.operation) it: \(error.reason)")
        } catch let error as HDF5Error {
            // The temporary name means nothing to a user.
            throw StoreError(
                .system, file: path, object: error.object,
                message: "cannot \(error.operation) it: \(error.message)")
        }
    }

    private init(_ manifest: StoreManifest, path: String, options: StoreWriterOptions) {
        self.path = path
        self.manifest = manifest
        self.options = options
    }

    // MARK: Rows

    /// Appends rows to a feature. Rows come in store order; features may be written one after the other or in turns.
    /// - Parameters:
    ///   - rows: Any number of whole rows of the feature's width, end to end.
    ///   - feature: The feature's name.
    /// - Throws: ``StoreError`` for an unknown feature, a broken or surplus row, or (unless allowed) NaN or infinity.
    public func append(rows: UnsafeBufferPointer<Float>, to feature: String) throws {
        try append(rows: rows, to: feature) { _ in nil }
    }

    /// Appends rows that were rounded to float32; see ``append(rows:to:)-(UnsafeBufferPointer<Float>,_)``.
    /// - Parameter exact: What a number was before, by its place in `rows`, where that is known: for the sentence about a number that
    ///   float32 cannot hold.
    package func append(rows: UnsafeBufferPointer<Float>, to feature: String, exact: (Int) -> Double?) throws {
        let sink = try sink(of: feature, accepting: rows.count)
        if options.refusesNonFiniteValues, !rows.allFinite, let position = rows.firstIndex(where: { !$0.isFinite }) {
            throw nonFinite(rows[position], exact: exact(position), at: position, in: sink)
        }
        try sink.append(rows, isTraining: isTraining)
        writeBehind?.wrote(rows.count * MemoryLayout<Float>.size)
    }

    /// Appends rows of an array; see ``append(rows:to:)-(UnsafeBufferPointer<Float>,_)``.
    public func append(rows: [Float], to feature: String) throws {
        try rows.withUnsafeBufferPointer { try append(rows: $0, to: feature) }
    }

    /// Appends float64 rows, rounded to float32, and counts the values that the rounding changed.
    public func append(rows: UnsafeBufferPointer<Double>, to feature: String) throws {
        let rounded = rows.map { Float($0) }
        let changed = zip(rows, rounded).reduce(0) { $0 + ($1.0.isNaN || Double($1.1) == $1.0 ? 0 : 1) }
        try rounded.withUnsafeBufferPointer { try append(rows: $0, to: feature) { rows[$0] } }
        try noteInexactValues(changed, of: feature)
    }

    /// Notes values of a feature that the caller has rounded to float32 itself and that changed in that.
    public func noteInexactValues(_ count: Int, of feature: String) throws {
        try sink(of: feature, accepting: 0).note(inexactValues: count)
    }

    /// Notes values of a feature that the caller has changed because the user asked for it.
    public func noteMendedValues(_ mended: MendedValues, of feature: String) throws {
        try sink(of: feature, accepting: 0).note(mended)
    }

    /// Tells the number types of a feature's source that the manifest could not name yet.
    package func noteSourceDataType(_ type: String, of feature: String) throws {
        try sink(of: feature, accepting: 0).description.sourceDataType = type
    }

    /// Tells the SHA-256 of a source that the manifest could not name yet, before the last row is appended or after it.
    /// - Parameters:
    ///   - sha256: 64 hexadecimal digits.
    ///   - index: The source's place in ``StoreManifest/sources``.
    public func noteSHA256(_ sha256: String, ofSource index: Int) {
        precondition(sha256.utf8.count == SourceFile.pendingSHA256.utf8.count, "'\(sha256)' is no SHA-256")
        precondition(manifest.sources.indices.contains(index), "source \(index) of \(manifest.sources.count)")
        lateDigests[index] = sha256
    }

    private func sink(of feature: String, accepting values: Int) throws(StoreError) -> FeatureSink {
        guard let sink = sinks.first(where: { $0.description.name.utf8.elementsEqual(feature.utf8) }) else {
            throw StoreError(
                .invalidInput, file: path,
                message: "rows arrived for feature '\(feature)', which its manifest does not name")
        }
        let width = sink.description.width
        guard values.isMultiple(of: width) else {
            throw StoreError(
                .invalidInput, file: path, object: StorePath.feature(feature),
                message: "\(values) values arrived at row \(sink.nextRow), which is no multiple of its width \(width)")
        }
        guard sink.nextRow + values / width <= sink.rowCount else {
            throw StoreError(
                .invalidInput, file: path, object: StorePath.feature(feature),
                message: "more rows arrived than the \(sink.rowCount) utterances of the manifest")
        }
        return sink
    }

    private func nonFinite(_ value: Float, exact: Double?, at position: Int, in sink: FeatureSink) -> StoreError {
        let row = sink.nextRow + position / sink.description.width
        var first = 0
        let dialogue = manifest.dialogues.first {
            first += $0.utteranceCount
            return row < first
        }
        return StoreError(
            .invalidInput, file: path, object: StorePath.feature(sink.description.name),
            message: "the value \(exact.map { "\($0)" } ?? "\(value)") stands in column "
                + "\(position % sink.description.width) of utterance '\(manifest.utteranceIDs[row])' of dialogue "
                + "'\(dialogue?.id ?? "")'; "
                + (exact?.isFinite == true
                    ? "float32, which a store keeps, ends at 3.4e38: scale the feature in the source file"
                    : "mend or remove it in the source file")
        )
    }

    // MARK: Stages

    private func begin(at temporary: String) throws {
        let file = try File(creating: temporary, alignment: 4096)
        try file.write(StorePath.format, attribute: "format")
        try file.write(FormatVersion.current.description, attribute: "format_version")
        try file.write(manifest.dataset, attribute: "dataset")
        var metadata = MetadataWriter(content: content)
        try metadata.write(manifest, to: file)
        content = metadata.content
        let training = manifest.splits.firstIndex { $0.name == "train" }
        isTraining = manifest.dialogues.flatMap { dialogue in
            repeatElement(training == nil || dialogue.split == training, count: dialogue.utteranceCount)
        }
        for feature in manifest.features {
            sinks.append(
                try FeatureSink(feature, in: file, rows: isTraining.count, compressionLevel: options.compressionLevel))
        }
        self.file = consume file
        writeBehind = WriteBehind(temporary)
    }

    private func finish() throws {
        guard let file = file.take() else { preconditionFailure("the writer was finished twice") }
        let fitted = manifest.splits.contains { $0.name == "train" } ? "train" : "all"
        var metadata = MetadataWriter(content: content)
        for sink in sinks {
            let feature = sink.description
            guard sink.isComplete else {
                throw StoreError(
                    .invalidInput, file: path, object: StorePath.feature(feature.name),
                    message: "only \(sink.nextRow) of \(sink.rowCount) rows arrived")
            }
            try metadata.writeStatistics(sink.statistics, of: feature.name, fittedOn: fitted, to: file)
            let checksums = try sink.finish()
            finishedBlocks.append(checksums.blocks)
            try metadata.writeChecksums(
                checksums.blocks, rowsPerBlock: checksums.rowsPerBlock, of: StorePath.feature(feature.name), to: file)
            metadata.content.add(
                path: StorePath.feature(feature.name), type: .of(.float32), shape: [sink.rowCount, feature.width],
                sha256: checksums.sha256)
            metadata.content.add(feature)
        }
        content = metadata.content
        for (index, sha256) in lateDigests {
            try file.openGroup("\(StorePath.sources)/\(index)").overwrite(sha256, attribute: "sha256")
        }
        try file.write(content.value(), attribute: "content_id")
        // Everything else is with the system before the store says that it is complete.
        try file.flush()
        try file.write(UInt8(1), attribute: "complete")
        inexactValues = Dictionary(
            sinks.map { ($0.description.name, $0.inexactValues) }, uniquingKeysWith: +)
        for (sink, blocks) in zip(sinks, finishedBlocks) {
            if let extent = try sink.extent(blocks) { extents.append(extent) }
        }
        sinks = []
        try file.close()
    }

    private var inexactValues: [String: Int] = [:]
    private var finishedBlocks: [[UInt32]] = []
    private var extents: [SealedExtent] = []

    private func abandon() {
        sinks = []
        file = nil
    }

    /// Reads everything back, checks it and closes the file with a checksum over all of its bytes.
    private func verify(_ temporary: String) throws -> WrittenStore {
        if let (extent, block) = try ClosingChecksum.append(to: temporary, checking: extents) {
            throw StoreError(
                .damaged, file: path, object: StorePath.feature(extent.feature),
                message: "block \(block) of what was just written does not read back; check the disk and run again")
        }
        do {
            let store = try Store(opening: temporary)
            // Compressed rows cannot be found in the file without the library.
            let checked = Set(extents.map(\.feature))
            try store.verify(features: manifest.features.map(\.name).filter { !checked.contains($0) })
            let size = try FileManager.default.attributesOfItem(atPath: temporary)[.size] as? Int
            return WrittenStore(path: path, contentID: store.contentID, bytes: size ?? 0, inexactValues: inexactValues)
        } catch let error as StoreError {
            throw StoreError(
                error.reason, file: path, object: error.object,
                message: "what was just written does not read back (\(error.message)); check the disk and run again")
        }
    }
}

/// How a store is written.
public struct StoreWriterOptions: Sendable {
    /// gzip level 1 to 9 for the feature rows, or nil (the default) for none: uncompressed rows are read forty times faster.
    public var compressionLevel: Int?
    /// Whether NaN and infinity are refused as they arrive. Default true.
    public var refusesNonFiniteValues: Bool

    /// Whether a file of the store's name is replaced. If not, also one that appears while the store is written stays, and
    /// writing fails. Default true.
    public var overwrites: Bool

    /// Options; see the properties.
    public init(compressionLevel: Int? = nil, refusesNonFiniteValues: Bool = true, overwrites: Bool = true) {
        precondition(compressionLevel.map { (1...9).contains($0) } ?? true, "gzip knows the levels 1 to 9")
        self.compressionLevel = compressionLevel
        self.refusesNonFiniteValues = refusesNonFiniteValues
        self.overwrites = overwrites
    }
}

/// What was written.
public struct WrittenStore: Sendable, Equatable {
    /// The final path.
    public var path: String
    /// The identifier of the content: equal for the same data however it is stored.
    public var contentID: String
    /// The size of the file.
    public var bytes: Int
    /// For each feature, how many values changed when they were rounded to float32.
    public var inexactValues: [String: Int]
}
