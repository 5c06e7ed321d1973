import HDF5

extension Dataset {
    /// The bytes of one row as stored; zero for elements of no fixed size.
    package var rowBytes: Int { rowElements * (elementType.size ?? 0) }

    /// Visits the stored bytes of all rows, block by block, in one reused buffer.
    /// - Parameter visit: Receives the rows' numbers and their bytes, and says whether to go on.
    package func forEachBlock(_ visit: (Range<Int>, UnsafeRawBufferPointer) -> Bool) throws(HDF5Error) {
        try requirePlausibleSize()
        let step = DatasetDigest.rowsPerBlock(rowBytes: rowBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(step, max(rowCount, 1)) * rowBytes, alignment: 64)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: rowCount, by: step) {
            let rows = start..<min(start + step, rowCount)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(rows.count * rowBytes)])
            try readStoredBytes(rows: rows, into: bytes)
            guard visit(rows, UnsafeRawBufferPointer(bytes)) else { return }
        }
    }

    /// The checksums over all stored bytes.
    /// - Parameters:
    ///   - rowsPerBlock: Rows per block checksum; nil for the writer's own choice.
    ///   - content: Whether the SHA-256 is wanted too; without it the walk runs at the speed of memory.
    ///   - visit: Receives the rows' numbers and their bytes as they pass.
    package func streamDigest(
        rowsPerBlock: Int? = nil, content: Bool = true,
        visit: (Range<Int>, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) throws(HDF5Error) -> DatasetDigest {
        var digest = DatasetDigest(rowBytes: rowBytes, rowsPerBlock: rowsPerBlock, content: content)
        try forEachBlock { rows, bytes in
            digest.update(bytes)
            visit(rows, bytes)
            return true
        }
        return digest
    }
}
