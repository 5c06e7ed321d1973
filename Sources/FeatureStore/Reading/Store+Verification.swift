import HDF5

extension Store {
    /// Checks the stored rows of features against their block checksums and their SHA-256, with bounded memory.
    /// - Parameters:
    ///   - names: The features to check; nil for all, and the sentences too.
    ///   - nonFinite: Told each row that holds NaN or infinity, as the rows pass.
    /// - Throws: ``StoreError`` naming the dataset and the rows of the first damaged block.
    public func verify(
        features names: [String]? = nil, nonFinite: (_ feature: String, _ row: Int) -> Void = { _, _ in }
    ) throws(StoreError) {
        for name in names ?? features.map(\.name) {
            let dataset = try dataset(of: name)
            let width = dataset.description.width
            try file.verify(dataset.dataset) { rows, bytes in
                let values = bytes.assumingMemoryBound(to: Float.self)
                guard !values.allFinite else { return }
                for row in rows {
                    let first = (row - rows.lowerBound) * width
                    if !UnsafeBufferPointer(rebasing: values[first..<first + width]).allFinite { nonFinite(name, row) }
                }
            }
        }
        guard names == nil else { return }
        do {
            let sentences = try file.openDataset(StorePath.textBytes)
            try file.verify(sentences)
        } catch let error as HDF5Error {
            throw StoreError(error, reason: .damaged)
        } catch {
            throw error as? StoreError ?? malformed(StorePath.textBytes, "\(error)")
        }
    }
}

extension File {
    /// Checks a dataset against its block checksums and its SHA-256.
    /// - Throws: ``StoreError`` naming the rows of the first damaged block.
    func verify(
        _ dataset: borrowing Dataset, visit: (Range<Int>, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) throws(StoreError) {
        let outcome: BlockCheck
        let stated: String?
        do {
            outcome = try checkBlocks(of: dataset, content: true, visit: visit)
            stated = try dataset.statedSHA256()
        } catch {
            throw StoreError(error, reason: .damaged)
        }
        let message: String
        switch outcome {
        case .intact(let sha256) where sha256 == stated: return
        case .intact: message = "its bytes do not have the SHA-256 that is stated beside them"
        case .damaged(let rows, _):
            message = "rows \(rows[0].lowerBound) to \(rows[0].upperBound - 1) do not match their checksum"
        case .unusable(let why): message = why
        }
        throw StoreError(
            .damaged, file: file, object: dataset.path, message: message + "; copy the file again or convert it again")
    }

    /// Compares a dataset with its block checksums, block by block.
    /// - Parameters:
    ///   - content: Whether the SHA-256 is wanted too.
    ///   - visit: Receives the rows' numbers and their bytes as they pass.
    package func checkBlocks(
        of dataset: borrowing Dataset, content: Bool = false,
        visit: (Range<Int>, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) throws(HDF5Error) -> BlockCheck {
        guard let expected = try expectedBlocks(of: dataset.path) else { return .unusable("it has no block checksums") }
        guard expected.rowsPerBlock > 0 else {
            return .unusable("its block checksums claim no rows per block, or too many")
        }
        var digest = try dataset.streamDigest(rowsPerBlock: expected.rowsPerBlock, content: content, visit: visit)
        let (blocks, sha256) = digest.finish()
        return expected.compare(blocks, sha256: sha256, rowCount: dataset.rowCount)
    }

    /// The block checksums that the file holds for a dataset; nil where it holds none.
    package func expectedBlocks(of dataset: String) throws(HDF5Error) -> ExpectedBlocks? {
        let path = StorePath.checksums(of: dataset)
        guard exists(path) else { return nil }
        let stored = try openDataset(path)
        let claimed = try stored.readScalar(attribute: "rows_per_block", as: UInt64.self)
        return ExpectedBlocks(rowsPerBlock: Int(exactly: claimed) ?? 0, blocks: try stored.readAll(as: UInt32.self))
    }
}

/// The block checksums that a file holds for a dataset.
package struct ExpectedBlocks: Sendable {
    /// Rows per block; 0 where the file claims none or too many.
    package let rowsPerBlock: Int
    let blocks: [UInt32]

    /// Compares them with the checksums of the rows that were read.
    package func compare(_ found: [UInt32], sha256: String, rowCount: Int) -> BlockCheck {
        guard found.count == blocks.count else {
            return .unusable("it has \(blocks.count) block checksums for \(found.count) blocks")
        }
        let damaged = found.indices.filter { found[$0] != blocks[$0] }
        guard damaged.isEmpty else {
            return .damaged(
                rows: damaged.map { $0 * rowsPerBlock..<min(($0 + 1) * rowsPerBlock, rowCount) }, sha256: sha256)
        }
        return .intact(sha256: sha256)
    }
}

/// What a comparison with block checksums found. `sha256` is empty where it was not asked for.
package enum BlockCheck: Equatable, Sendable {
    case intact(sha256: String)
    case damaged(rows: [Range<Int>], sha256: String)
    case unusable(String)
}
