import Concurrency
internal import CStorage
import Foundation
import HDF5

/// Takes the rows of one feature in store order and writes, checks and measures them on the way.
final class FeatureSink {
    var description: FeatureDescription
    private let dataset: Dataset
    private var digest: DatasetDigest
    private var content = SHA256Digest()
    private(set) var statistics: ColumnStatistics
    private(set) var inexactValues = 0
    private var mended = MendedValues()
    private(set) var presentRows = 0
    /// The number of the next row to arrive.
    private(set) var nextRow = 0
    /// Rows that have arrived and wait for more.
    private var waiting: [Float] = []
    private var takenRows = 0
    /// Rows of a compressed chunk, or 0 where rows are stored as they come.
    private let chunkRows: Int
    /// Rows that do not fill a chunk yet.
    private var pending: [Float] = []
    private var writtenRows = 0

    init(_ description: FeatureDescription, in file: borrowing File, rows: Int, compressionLevel: Int?)
        throws(HDF5Error)
    {
        self.description = description
        let digest = DatasetDigest(rowBytes: description.width * 4, content: false)
        self.digest = digest
        self.statistics = ColumnStatistics(width: description.width)
        self.chunkRows = compressionLevel == nil ? 0 : digest.rowsPerBlock
        let layout = compressionLevel.map { DatasetLayout(chunkRows: digest.rowsPerBlock, compressionLevel: $0) }
        self.dataset = try file.createDataset(
            StorePath.feature(description.name), type: .float32, shape: [rows, description.width],
            layout: layout ?? .contiguous)
    }

    /// The number of rows the feature will have.
    var rowCount: Int { dataset.rowCount }

    /// Whether every value of every row has arrived.
    var isComplete: Bool { nextRow == rowCount }

    /// Takes whole rows behind those taken before. Few rows wait until they are many: then the work on them is worth a
    /// second thread and a call of the system.
    /// - Parameter isTraining: Whether a row belongs to the training split, by its number.
    func append(_ rows: UnsafeBufferPointer<Float>, isTraining: [Bool]) throws(HDF5Error) {
        nextRow += rows.count / description.width
        if waiting.isEmpty, rows.count >= Self.valuesWorthAThread { return try process(rows, isTraining: isTraining) }
        if waiting.isEmpty { waiting.reserveCapacity(2 * Self.valuesWorthAThread) }
        waiting += rows
        guard waiting.count >= Self.valuesWorthAThread || isComplete else { return }
        var values: [Float] = []
        swap(&values, &waiting)
        let outcome = values.withUnsafeBufferPointer { values in
            Result { () throws(HDF5Error) in try process(values, isTraining: isTraining) }
        }
        try outcome.get()
        values.removeAll(keepingCapacity: !isComplete)
        swap(&values, &waiting)
    }

    private static let valuesWorthAThread = 1 << 17

    private func process(_ rows: UnsafeBufferPointer<Float>, isTraining: [Bool]) throws(HDF5Error) {
        guard rows.count >= Self.valuesWorthAThread else {
            content.update(UnsafeRawBufferPointer(rows))
            return try take(rows, isTraining: isTraining)
        }
        // The SHA-256 takes as long as everything else together. The two parts share nothing that changes: one has `content`,
        // the other everything else.
        nonisolated(unsafe) let (sink, rows) = (self, rows)
        nonisolated(unsafe) var outcome = Result<Void, HDF5Error>.success(())
        Compute.forEach(2) { part in
            if part == 0 {
                sink.content.update(UnsafeRawBufferPointer(rows))
            } else {
                outcome = Result { () throws(HDF5Error) in try sink.take(rows, isTraining: isTraining) }
            }
        }
        try outcome.get()
    }

    /// Everything but the SHA-256.
    private func take(_ rows: UnsafeBufferPointer<Float>, isTraining: [Bool]) throws(HDF5Error) {
        let width = description.width
        let count = rows.count / width
        digest.update(UnsafeRawBufferPointer(rows))
        presentRows += rows.countPresentRows(width: width)
        // Training rows stand together, but a manifest may mix its splits.
        var index = 0
        while index < count {
            let begin = index
            let trains = isTraining[takenRows + begin]
            repeat { index += 1 } while index < count && isTraining[takenRows + index] == trains
            if trains { statistics.add(UnsafeBufferPointer(rebasing: rows[begin * width..<index * width])) }
        }
        takenRows += count
        guard chunkRows > 0 else { return try write(rows) }
        pending += rows
        while pending.count >= chunkRows * width {
            try writePending(chunkRows)
        }
        if takenRows == rowCount { try writePending(pending.count / width) }
    }

    private func writePending(_ count: Int) throws(HDF5Error) {
        let values = Array(pending.prefix(count * description.width))
        pending.removeFirst(values.count)
        let rows = writtenRows..<writtenRows + count
        try dataset.write(rows: rows, from: values)
        writtenRows = rows.upperBound
    }

    private func write(_ values: UnsafeBufferPointer<Float>) throws(HDF5Error) {
        let rows = writtenRows..<writtenRows + values.count / description.width
        try dataset.write(rows: rows, from: values)
        writtenRows = rows.upperBound
    }

    /// Notes that so many values changed when they were rounded to float32.
    func note(inexactValues count: Int) {
        inexactValues += count
    }

    /// Notes what was mended in the source's values.
    func note(_ mended: MendedValues) { self.mended += mended }

    /// Writes the attributes and returns the checksums.
    func finish() throws(HDF5Error) -> (blocks: [UInt32], rowsPerBlock: Int, sha256: String) {
        let (blocks, _) = digest.finish()
        let sha256 = content.hexadecimal()
        try dataset.write(description.modality.rawValue, attribute: "modality")
        if let layer = description.layer { try dataset.write(Int32(layer), attribute: "layer") }
        if let extractor = description.extractor { try dataset.write(extractor, attribute: "extractor") }
        try dataset.write(description.sourceDataType, attribute: "source_dtype")
        try dataset.write(UInt64(presentRows), attribute: "presence")
        try dataset.write(UInt64(inexactValues), attribute: "inexact_values")
        if mended.replaced > 0 { try dataset.write(UInt64(mended.replaced), attribute: MendedValues.replacedName) }
        if mended.clipped > 0 { try dataset.write(UInt64(mended.clipped), attribute: MendedValues.clippedName) }
        try dataset.write(sha256, attribute: "sha256")
        return (blocks, digest.rowsPerBlock, sha256)
    }

    /// Where the rows lie in the file and what their block checksums are, for a check without the library; nil where they
    /// are compressed. Valid once everything is flushed to the file.
    func extent(_ blocks: [UInt32]) throws(HDF5Error) -> SealedExtent? {
        guard rowCount > 0, let offset = try dataset.storage().offset else { return nil }
        return SealedExtent(
            feature: description.name, offset: offset, bytes: rowCount * description.width * 4,
            blockBytes: digest.rowsPerBlock * description.width * 4, blocks: blocks)
    }
}

/// Asks the system to begin writing a growing file to the disk while it grows, so that the final fsync has little left to
/// wait for. Only a hint: where it is not understood, nothing changes.
final class WriteBehind {
    private let descriptor: Int32
    private var pending = 0

    private static let step = 16 << 20

    init(_ path: String) { descriptor = open(path, O_WRONLY | O_CLOEXEC) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Notes that so many bytes more were handed to the system.
    func wrote(_ bytes: Int) {
        pending += bytes
        guard pending >= Self.step else { return }
        pending = 0
        if descriptor >= 0 { storage_begin_writing(descriptor) }
    }
}
