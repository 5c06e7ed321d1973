import HDF5

/// Takes the rows of one feature in store order and writes, checks and measures them on the way.
final class FeatureSink {
    let description: FeatureDescription
    private let dataset: Dataset
    private var digest: DatasetDigest
    private(set) var statistics: ColumnStatistics
    private(set) var inexactValues = 0
    private(set) var presentRows = 0
    /// The number of the next row to arrive.
    private(set) var nextRow = 0
    /// Rows of a compressed chunk, or 0 where rows are stored as they come.
    private let chunkRows: Int
    /// Rows that do not fill a chunk yet.
    private var pending: [Float] = []
    private var writtenRows = 0

    init(_ description: FeatureDescription, in file: borrowing File, rows: Int, compressionLevel: Int?)
        throws(HDF5Error)
    {
        self.description = description
        let digest = DatasetDigest(rowBytes: description.width * 4)
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

    /// Takes whole rows behind those taken before.
    /// - Parameter isTraining: Whether a row belongs to the training split, by its number.
    func append(_ rows: UnsafeBufferPointer<Float>, isTraining: [Bool]) throws(HDF5Error) {
        let width = description.width
        let count = rows.count / width
        digest.update(UnsafeRawBufferPointer(rows))
        for index in 0..<count {
            let row = UnsafeBufferPointer(rebasing: rows[index * width..<(index + 1) * width])
            if row.contains(where: { $0 != 0 }) { presentRows += 1 }
            if isTraining[nextRow + index] { statistics.add(row) }
        }
        nextRow += count
        guard chunkRows > 0 else { return try write(rows) }
        pending += rows
        while pending.count >= chunkRows * width {
            try writePending(chunkRows)
        }
        if isComplete { try writePending(pending.count / width) }
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

    /// Writes the attributes and returns the checksums.
    func finish() throws(HDF5Error) -> (blocks: [UInt32], rowsPerBlock: Int, sha256: String) {
        let (blocks, sha256) = digest.finish()
        try dataset.write(description.modality.rawValue, attribute: "modality")
        if let layer = description.layer { try dataset.write(Int32(layer), attribute: "layer") }
        if let extractor = description.extractor { try dataset.write(extractor, attribute: "extractor") }
        try dataset.write(description.sourceDataType, attribute: "source_dtype")
        try dataset.write(UInt64(presentRows), attribute: "presence")
        try dataset.write(UInt64(inexactValues), attribute: "inexact_values")
        try dataset.write(sha256, attribute: "sha256")
        return (blocks, digest.rowsPerBlock, sha256)
    }
}
