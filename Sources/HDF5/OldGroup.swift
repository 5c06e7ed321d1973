/// The names of a group in the form of before HDF5 1.8: a tree whose leaves hold tables of entries, and a heap with their names.
///
/// The library takes the offset of a name for one within the heap, and the end of a name for given.
struct OldGroup {
    private let end: UInt64
    private let read: (UInt64, Int) throws -> ArraySlice<UInt8>
    /// The heap's bytes.
    private let names: ArraySlice<UInt8>

    private static let (deepest, mostNodes, largestHeap, mostLinks) = (64, 1 << 24, 1 << 30, 8)

    /// Looks at the heap.
    /// - Parameters:
    ///   - end: Where the file ends.
    ///   - read: Gives so many bytes at an address.
    init(heap: UInt64, end: UInt64, read: @escaping (UInt64, Int) throws -> ArraySlice<UInt8>) throws {
        var head = HeaderBytes(try read(heap, 32), "its heap of names")
        guard try head.take(4).elementsEqual("HEAP".utf8) else {
            throw HeaderFault("its heap of names is not where it says")
        }
        _ = try head.version(0...0)
        try head.skip(3)
        let (size, free, address) = (try head.number(8), try head.number(8), try head.number(8))
        guard size >= 16, size <= UInt64(Self.largestHeap), free == 1 || free <= size - 16, address <= end,
            size <= end - address
        else { throw HeaderFault("its heap of names does not fit into the file") }
        names = try read(address, Int(size))
        (self.end, self.read) = (end, read)
        try checkFree(free)
    }

    /// The gaps of the heap are a list, each with the offset of the next and its own size.
    private func checkFree(_ first: UInt64) throws(HeaderFault) {
        var (next, left) = (first, names.count / 16 + 1)
        while next != 1 {
            guard left > 0, next % 8 == 0, next <= UInt64(names.count - 16) else {
                throw HeaderFault("its heap of names has gaps outside of it")
            }
            left -= 1
            var gap = HeaderBytes(names.dropFirst(Int(next)), "its heap of names")
            let (following, size) = (try gap.number(8), try gap.number(8))
            guard size >= 16, size <= UInt64(names.count) - next else {
                throw HeaderFault("its heap of names has gaps outside of it")
            }
            next = following
        }
    }

    /// Looks through the tree; gives the first few links.
    func links(ofTreeAt root: UInt64) throws -> [(name: ArraySlice<UInt8>, address: UInt64?)] {
        var found: [(name: ArraySlice<UInt8>, address: UInt64?)] = []
        var waiting: [(address: UInt64, level: Int?)] = [(root, nil)]
        var visited = 0
        while let (address, expected) = waiting.popLast() {
            visited += 1
            guard visited < Self.mostNodes else { throw HeaderFault("its tree of names has no end") }
            var head = HeaderBytes(try read(address, 24), "its tree of names")
            guard try head.take(4).elementsEqual("TREE".utf8), try head.byte() == 0 else {
                throw HeaderFault("its tree of names is not where it says")
            }
            let (level, count) = (Int(try head.byte()), try head.short())
            guard level < Self.deepest, expected == nil || level == expected else {
                throw HeaderFault("its tree of names has branches of unequal lengths")
            }
            // A key, then a child and a key for each.
            var children = HeaderBytes(try read(address + 24, 8 + 16 * count), "its tree of names")
            _ = try checkName(children.number(8))
            for _ in 0..<count {
                let child = try children.number(8)
                _ = try checkName(children.number(8))
                if level == 0 { try readTable(child, &found) } else { waiting.append((child, level - 1)) }
            }
        }
        return found
    }

    private func readTable(_ address: UInt64, _ found: inout [(name: ArraySlice<UInt8>, address: UInt64?)]) throws {
        var head = HeaderBytes(try read(address, 8), "a table of its names")
        guard try head.take(4).elementsEqual("SNOD".utf8) else {
            throw HeaderFault("a table of its names is not where it says")
        }
        _ = try head.version(1...1)
        try head.skip(1)
        let count = try head.short()
        guard count > 0 else { return }
        var table = HeaderBytes(try read(address + 8, 40 * count), "a table of its names")
        for _ in 0..<count {
            let name = try checkName(table.number(8))
            let header = try table.number(8)
            let kind = try table.number(4)
            try table.skip(4)
            var cached = HeaderBytes(try table.take(16), "a table of its names")
            switch kind {
            case 0, 1:
                guard header < end else { throw HeaderFault("one of its names points outside of the file") }
            case 2: _ = try checkName(cached.number(4))
            default: throw HeaderFault("one of its names is of kind \(kind), which there is not")
            }
            if found.count < Self.mostLinks { found.append((name, kind == 2 ? nil : header)) }
        }
    }

    /// A name, which begins and ends within the heap.
    private func checkName(_ offset: UInt64) throws(HeaderFault) -> ArraySlice<UInt8> {
        guard offset < UInt64(names.count), let end = names.dropFirst(Int(offset)).firstIndex(of: 0) else {
            throw HeaderFault("one of its names lies outside of its heap")
        }
        return names[(names.startIndex + Int(offset))..<end]
    }
}
