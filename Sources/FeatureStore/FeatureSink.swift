import HDF5

/// Takes the rows of one feature in store order and writes, checks and measures them on the way.
final class FeatureSink {
    let description: FeatureDescription
    private let dataset: Dataset
    private var digest: DatasetDigest
    private(set) var statistics: ColumnStatistics
    private(set) var inexactValues = 0
    private(set) var presentRows = 0
    private(set) var nextRow = 0

    init(_ description: FeatureDescription, in file: borrowing File, rows: Int, compressionLevel: Int?) throws(HDF5Error) {
        self.description = description
        let digest = DatasetDigest(rowBytes: description.width * 4)
        self.digest = digest
        self.statistics = ColumnStatistics(width: description.width)
        let layout = compressionLevel.map { DatasetLayout(chunkRows: digest.rowsPerBlock, compressionLevel: $0) }
        self.dataset = try file.createDataset(
            StorePath.feature(description.name), type: .float32, shape: [rows, description.width],
            layout: layout ?? .contiguous)
    }

    /// The number of rows the feature will have.
    var rowCount: Int { dataset.rowCount }

    /// Whether every value of every row has arrived.
    var isComplete: Bool { nextRow == rowCount }

    /// Writes whole rows behind those written before.
    /// - Parameter isTraining: Whether a row belongs to the training split, by its number.
    func append(_ rows: UnsafeBufferPointer<Float>, isTraining: [Bool]) throws(HDF5Error) {
        let width = description.width
        let count = rows.count / width
        try dataset.write(rows: nextRow..<nextRow + count, from: rows)
        digest.update(UnsafeRawBufferPointer(rows))
        for index in 0..<count {
            let row = UnsafeBufferPointer(rebasing: rows[index * width..<(index + 1) * width])
            if row.contains(where: { $0 != 0 }) { presentRows += 1 }
            if isTraining[nextRow + index] { statistics.add(row) }
        }
        nextRow += count
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
