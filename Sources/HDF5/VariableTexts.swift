/// Texts of any length in a dataset of one dimension that lies end to end.
///
/// Each element says where in the file's global heap its text lies. The library trusts what a heap says of itself, so that heaps are
/// read here, with bounds.
package struct VariableTexts {
    private let headers: ObjectHeaders
    private let place: Place
    private let address: UInt64
    private let count: Int

    /// A piece of the heap: its bytes, and where in them the objects lie by their numbers.
    private struct Heap {
        let address: UInt64
        let bytes: ArraySlice<UInt8>
        var objects: [Int: Range<Int>] = [:]
    }

    /// How many pieces are kept, as the library fills several in turns; and the most bytes of one.
    private static let (kept, largest) = (32, 64 << 20)
    /// The bytes of an element: the text's length, its heap's address, its number there.
    private static let elementBytes = 16

    fileprivate init(_ headers: ObjectHeaders, _ place: Place, address: UInt64, count: Int) {
        (self.headers, self.place, self.address, self.count) = (headers, place, address, count)
    }

    /// Visits the bytes of all texts, which end before the first zero byte.
    package func forEach(_ visit: (UnsafeRawBufferPointer) throws -> Void) throws {
        var heaps: [Heap] = []
        // A heap that is read again and again makes much of little.
        var left = 8 * headers.fileBytes + Self.largest
        for first in stride(from: 0, to: count, by: 4096) {
            let rows = min(4096, count - first)
            let start = address + UInt64(first * Self.elementBytes)
            var elements = HeaderBytes(
                try reading { try headers.bytes(start, rows * Self.elementBytes) }, "its list of texts")
            for _ in 0..<rows {
                let (length, heap, number) = try reading {
                    (Int(try elements.number(4)), try elements.number(8), Int(try elements.number(4)))
                }
                guard length > 0 else {
                    try visit(UnsafeRawBufferPointer(start: nil, count: 0))
                    continue
                }
                let found: Int
                if let known = heaps.lastIndex(where: { $0.address == heap }) {
                    found = known
                } else {
                    let opened = try reading { try self.heap(at: heap) }
                    left -= opened.bytes.count
                    guard left >= 0 else { throw place.error("its texts lie here and there in the file without end") }
                    if heaps.count == Self.kept { heaps.removeFirst() }
                    heaps.append(opened)
                    found = heaps.count - 1
                }
                guard let object = heaps[found].objects[number], object.count >= length else {
                    throw place.error("a text of it is not where it says")
                }
                let text = heaps[found].bytes[object].prefix(length)
                try text.prefix(text.firstIndex(of: 0).map { $0 - text.startIndex } ?? length)
                    .withUnsafeBytes(visit)
            }
        }
    }

    private func heap(at address: UInt64) throws -> Heap {
        var head = HeaderBytes(try headers.bytes(address, 16), "a heap of its texts")
        guard try head.take(4).elementsEqual("GCOL".utf8) else {
            throw HeaderFault("a heap of its texts is not where it says")
        }
        _ = try head.version(1...1)
        try head.skip(3)
        let size = try head.number(8)
        guard (16...UInt64(Self.largest)).contains(size) else {
            throw HeaderFault("a heap of its texts is of \(size) bytes")
        }
        var heap = Heap(address: address, bytes: try headers.bytes(address, Int(size)))
        var rest = HeaderBytes(heap.bytes.dropFirst(16), "a heap of its texts")
        while rest.count >= 16 {
            let number = try rest.short()
            try rest.skip(6)
            let bytes = try rest.number(8)
            // What is not used is the last.
            if number == 0 { break }
            let start = heap.bytes.endIndex - rest.count
            _ = try rest.take(bytes)
            guard heap.objects.updateValue(start..<start + Int(bytes), forKey: number) == nil else {
                throw HeaderFault("a heap of its texts has two of one number")
            }
            try rest.skip(min(rest.count, (8 - Int(bytes % 8)) % 8))
        }
        return heap
    }

    private func reading<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let fault as HeaderFault {
            throw place.error("it cannot be read: \(fault.reason)")
        }
    }
}

extension File {
    /// The texts of an entry's dataset, if they are of any length and lie so that they are read without the library.
    package func variableTexts(_ entry: GroupEntry, path: String) -> VariableTexts? {
        guard let headers, headers.root != nil, entry.link == .hard,
            let (address, count) = try? headers.header(at: entry.address, of: path).variableTexts()
        else { return nil }
        return VariableTexts(
            headers, Place(operation: "read", file: file, object: path), address: address, count: count)
    }
}
