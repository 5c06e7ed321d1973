/// The kinds of messages in object headers, by HDF5's numbers.
enum MessageKind: UInt8 {
    case none = 0x00, dataspace = 0x01, linkInfo = 0x02, datatype = 0x03, oldFillValue = 0x04, fillValue = 0x05, link =
        0x06
    case externalFiles = 0x07, layout = 0x08, groupInfo = 0x0a, filters = 0x0b, attribute = 0x0c, comment = 0x0d
    case continuation = 0x10, symbolTable = 0x11, treeLimits = 0x13, modified = 0x12, attributeInfo = 0x15, references =
        0x16
    case oldModified = 0x0e, fileSpace = 0x17

    /// Those that groups, datasets and named types have.
    static let ofObjects: MessageKinds = [
        .none, .dataspace, .linkInfo, .datatype, .oldFillValue, .fillValue, .link, .externalFiles, .layout, .groupInfo,
        .filters,
        .attribute, .comment, .continuation, .symbolTable, .modified, .oldModified, .attributeInfo, .references,
    ]
    /// Those that the superblock's extension has.
    static let ofSuperblocks: MessageKinds = [.none, .continuation, .treeLimits, .fileSpace]
    /// Those that an object may have several of.
    static let repeated: MessageKinds = [.none, .link, .attribute, .continuation]
}

/// Kinds of messages, as bits: files have very many headers.
struct MessageKinds: ExpressibleByArrayLiteral {
    private var bits: UInt32 = 0

    init(arrayLiteral kinds: MessageKind...) {
        for kind in kinds { insert(kind) }
    }

    func contains(_ kind: MessageKind) -> Bool { bits & 1 << UInt32(kind.rawValue) != 0 }

    /// Adds a kind; false where it was there.
    @discardableResult
    mutating func insert(_ kind: MessageKind) -> Bool {
        defer { bits |= 1 << UInt32(kind.rawValue) }
        return !contains(kind)
    }
}

/// What the messages of one header say, each read with bounds; and whether they go together.
struct HeaderMessages {
    /// The messages that may be there.
    let known: MessageKinds
    /// Where the file ends: addresses are below it.
    let end: UInt64
    /// Whether the header is of version 1, as libraries before HDF5 1.8 write it and later ones by default.
    var isOld = false
    /// Whether messages have a place in an order of creation.
    var hasOrder = false
    /// The bytes before the first message.
    var headLength = 0
    /// What forbids reading the object and is seen here already.
    private(set) var refusals: [Refusal] = []

    /// Where named types lie that the object or its attributes have.
    private(set) var namedTypes: [UInt64] = []
    /// Which of them is the object's own type.
    private(set) var ownType: Int?
    /// Where the names of an old group lie: its tree and its heap.
    private(set) var symbolTable: (tree: UInt64, heap: UInt64)?

    /// The links that the header itself holds, or the first of those of an old group; the address is nil for one that is not hard.
    var links: [(name: ArraySlice<UInt8>, address: UInt64?)] = []
    /// The type of its numbers, where it is one of NumPy's.
    private var elementType: ElementType?
    /// Whether its elements are texts of any length.
    private var hasVariableTexts = false

    private var seen: MessageKinds = []
    private var dataspace: Dataspace?
    /// The size of an element, where the header tells it.
    var datatypeBytes: Int?
    private var fillBytes: Int?
    private var layout: StorageLayout?

    init(known: MessageKinds, end: UInt64) {
        self.known = known
        self.end = end
    }

    /// Reads the messages in one piece of the header; gives the pieces that it names further.
    mutating func read(_ content: ArraySlice<UInt8>) throws(HeaderFault) -> [(UInt64, UInt64)] {
        var content = HeaderBytes(content, "a message")
        var further: [(UInt64, UInt64)] = []
        // What is shorter than a message's beginning is a gap, for which old headers have no room.
        while content.count >= (isOld ? 1 : hasOrder ? 6 : 4) {
            let number = isOld ? try content.short() : Int(try content.byte())
            let size = try content.short()
            let flags = try content.byte()
            try content.skip(isOld ? 3 : hasOrder ? 2 : 0)
            guard !isOld || size % 8 == 0 else {
                throw HeaderFault("a message of it does not end where the next can begin")
            }
            let body = try content.take(size)
            guard let kind = MessageKind(rawValue: UInt8(clamping: number)), known.contains(kind) else {
                // What the library does not know, it passes over in old headers.
                if isOld, number > MessageKind.fileSpace.rawValue, flags & 0x80 == 0 { continue }
                throw HeaderFault("it has a message of kind \(number), which is not read")
            }
            if kind == .none { continue }
            if flags & 0x02 != 0 {
                guard kind == .datatype, seen.insert(kind) else {
                    throw HeaderFault("it shares a message with another object, which is not read")
                }
                var body = HeaderBytes(body, "its type")
                try readNamedType(&body)
                ownType = namedTypes.count - 1
                continue
            }
            guard MessageKind.repeated.contains(kind) || seen.insert(kind) else {
                throw HeaderFault("it has two messages of kind \(number), of which there is one at most")
            }
            if kind == .continuation {
                var body = HeaderBytes(body, "a message on its next piece")
                further.append((try body.number(8), try body.number(8)))
            } else {
                try read(kind, body)
            }
        }
        return further
    }

    private mutating func read(_ kind: MessageKind, _ body: ArraySlice<UInt8>) throws(HeaderFault) {
        switch kind {
        case .none, .continuation: break
        case .dataspace:
            var body = HeaderBytes(body, "its dataspace")
            dataspace = try Dataspace(&body)
        case .datatype:
            elementType = ElementType(header: body)
            hasVariableTexts = body.count > 1 && body.first! & 0x0f == 9 && body[body.startIndex + 1] & 0x0f == 1
            var body = HeaderBytes(body, "its type")
            datatypeBytes = try datatypeSize(&body)
        case .oldFillValue:
            var body = HeaderBytes(body, "its fill value")
            try readFill(bytes: body.number(4), &body)
        case .fillValue:
            var body = HeaderBytes(body, "its fill value")
            try readFillValue(&body)
        case .link:
            var body = HeaderBytes(body, "a link")
            try readLink(&body)
        case .linkInfo, .attributeInfo:
            var body = HeaderBytes(body, kind == .linkInfo ? "its list of links" : "its list of attributes")
            try readIndex(orderBytes: kind == .linkInfo ? 8 : 2, &body)
        case .externalFiles: refusals.append(.external)
        case .layout:
            var body = HeaderBytes(body, "its layout")
            layout = try StorageLayout(&body, end: end)
            if layout == .virtual { refusals.append(.virtual) }
        case .groupInfo:
            var body = HeaderBytes(body, "its description as a group")
            _ = try body.version(0...0)
            let flags = try body.byte()
            try body.skip((flags & 1 != 0 ? 4 : 0) + (flags & 2 != 0 ? 4 : 0))
        case .filters:
            var body = HeaderBytes(body, "its list of filters")
            try readFilters(&body)
        case .attribute:
            var body = HeaderBytes(body, "an attribute")
            try readAttribute(&body)
        case .comment:
            var body = HeaderBytes(body, "its comment")
            try body.text()
        case .symbolTable:
            var body = HeaderBytes(body, "its table of names")
            let table = (tree: try body.number(8), heap: try body.number(8))
            for address in [table.tree, table.heap] where address >= end {
                throw HeaderFault("its table of names points outside of the file")
            }
            symbolTable = table
        case .oldModified:
            var body = HeaderBytes(body, "its time of change")
            try body.skip(16)
        case .modified:
            var body = HeaderBytes(body, "its time of change")
            _ = try body.version(1...1)
            try body.skip(7)
        case .references:
            var body = HeaderBytes(body, "its count of names")
            _ = try body.version(0...0)
            try body.skip(4)
        case .treeLimits:
            var body = HeaderBytes(body, "a message on its trees")
            _ = try body.version(0...0)
            try body.skip(6)
        case .fileSpace:
            var body = HeaderBytes(body, "a message on its free space")
            _ = try body.version(0...1)
            let strategy = try body.byte()
            try body.skip(strategy <= 4 ? 1 : 0)
        }
    }

    /// Looks at what several messages say together.
    func check() throws(HeaderFault) {
        if let fillBytes, fillBytes > 0, let datatypeBytes, fillBytes != datatypeBytes {
            throw HeaderFault("its fill value has \(fillBytes) bytes and its elements \(datatypeBytes)")
        }
        if let layout, let dataspace, let datatypeBytes { try layout.check(dataspace, elementBytes: datatypeBytes) }
    }

    /// Where the elements lie, if they lie end to end and are numbers of one or two dimensions.
    func plainArray() -> (address: UInt64, shape: [Int], elementType: ElementType)? {
        guard refusals.isEmpty, case .contiguous(let address, _) = layout, address != .max, let elementType,
            let dataspace,
            (1...2).contains(dataspace.extents.count), dataspace.extents.allSatisfy({ $0 < 1 << 31 })
        else { return nil }
        return (address, dataspace.extents.map { Int($0) }, elementType)
    }

    /// Where the elements lie, if they are texts of any length in one dimension and lie end to end.
    func variableTexts() -> (address: UInt64, count: Int)? {
        guard refusals.isEmpty, case .contiguous(let address, _) = layout, address != .max, hasVariableTexts,
            datatypeBytes == 16, let dataspace, dataspace.extents.count == 1, dataspace.elements < 1 << 31
        else { return nil }
        return (address, Int(dataspace.elements))
    }

    /// The list of chunks in which the library looks up a chunk without asking whether the list is so long, where the dataset has one:
    /// its place, and how long it must be.
    func chunkList() throws(HeaderFault) -> (address: UInt64, entries: UInt64)? {
        guard case .chunked(let extents, let address?) = layout, let dataspace else { return nil }
        guard let entries = try StorageLayout.chunks(dataspace, of: extents) else {
            throw HeaderFault("it may grow without end and has a list of chunks that cannot")
        }
        return (address, entries)
    }

    private func checkAddress(_ address: UInt64, _ what: String) throws(HeaderFault) {
        guard address == .max || address < end else { throw HeaderFault("\(what) points outside of the file") }
    }

    private mutating func readFillValue(_ body: inout HeaderBytes) throws(HeaderFault) {
        let version = try body.version(1...3)
        if version == 3 {
            let flags = try body.byte()
            if flags & 0x20 != 0 { try readFill(bytes: body.number(4), &body) }
        } else {
            try body.skip(2)
            if try body.byte() != 0 || version == 1 { try readFill(bytes: body.number(4), &body) }
        }
    }

    private mutating func readFill(bytes: UInt64, _ body: inout HeaderBytes) throws(HeaderFault) {
        // The library writes -1 for a value that is not defined.
        guard bytes != 0xffff_ffff else { return }
        try body.skip(bytes)
        fillBytes = max(fillBytes ?? 0, Int(bytes))
    }

    private mutating func readLink(_ body: inout HeaderBytes) throws(HeaderFault) {
        _ = try body.version(1...1)
        let flags = try body.byte()
        guard flags & 0xe0 == 0 else { throw HeaderFault("a link has unknown flags") }
        let type = flags & 0x08 != 0 ? try body.byte() : 0
        if flags & 0x04 != 0 { try body.skip(8) }
        if flags & 0x10 != 0, try body.byte() > 1 { throw HeaderFault("a link has a name in an unknown encoding") }
        let length = try body.number(1 << Int(flags & 0x03))
        guard length > 0 else { throw HeaderFault("a link has no name") }
        let name = try body.take(length)
        guard !name.contains(0) else { throw HeaderFault("a link has a zero byte in its name") }
        switch type {
        case 0:
            let address = try body.number(8)
            try checkAddress(address, "a link")
            links.append((name, address))
        case 1, 64...255:
            let length = try body.short()
            guard length > 0 || type != 1 else { throw HeaderFault("a link leads to no path") }
            try body.skip(length)
            links.append((name, nil))
        default: throw HeaderFault("a link is of kind \(type), which there is not")
        }
    }

    /// How links or attributes are listed outside of the header, where they are.
    private func readIndex(orderBytes: Int, _ body: inout HeaderBytes) throws(HeaderFault) {
        _ = try body.version(0...0)
        let flags = try body.byte()
        guard flags & 0xfc == 0 else { throw HeaderFault("\(body.what) has unknown flags") }
        if flags & 1 != 0 { try body.skip(orderBytes) }
        let heap = try body.number(8)
        let names = try body.number(8)
        let order = flags & 2 != 0 ? try body.number(8) : .max
        for address in [heap, names, order] { try checkAddress(address, body.what) }
        guard (heap == .max) == (names == .max), order == .max || heap != .max else {
            throw HeaderFault("\(body.what) lies in two places of which one is missing")
        }
    }

    private func readFilters(_ body: inout HeaderBytes) throws(HeaderFault) {
        let version = try body.version(1...2)
        let count = try body.byte()
        guard (1...32).contains(count) else { throw HeaderFault("it passes through \(count) filters") }
        if version == 1 { try body.skip(6) }
        for _ in 0..<count {
            let number = try body.short()
            let name = number >= 256 || version == 1 ? try body.short() : 0
            try body.skip(2)
            let values = try body.short()
            guard version == 2 || name % 8 == 0 else {
                throw HeaderFault("\(body.what) has a name that is not filled up")
            }
            try body.skip(name)
            try body.skip(4 * values)
            if version == 1, values % 2 == 1 { try body.skip(4) }
        }
    }

    /// A type that lies in an object of its own, which has to be looked at there.
    private mutating func readNamedType(_ body: inout HeaderBytes) throws(HeaderFault) {
        let version = try body.version(1...3)
        let kind = try body.byte()
        guard version < 3 || kind == 2, version > 1 || kind == 0 else {
            throw HeaderFault("it shares a message with another object, which is not read")
        }
        if version == 1 { try body.skip(6) }
        let address = try body.number(8)
        guard address < end else { throw HeaderFault("\(body.what) lies outside of the file") }
        namedTypes.append(address)
    }

    private mutating func readAttribute(_ body: inout HeaderBytes) throws(HeaderFault) {
        let version = try body.version(1...3)
        // In the first version the byte is of no meaning, and all parts are filled up to a multiple of 8.
        let flags = try body.byte() & (version == 1 ? 0 : 0xff)
        guard flags & ~1 == 0 else {
            throw HeaderFault("an attribute shares its shape with another object, which is not read")
        }
        let (name, type, space) = (try body.short(), try body.short(), try body.short())
        let encoding = version < 3 ? 0 : try body.byte()
        guard encoding <= 1 else {
            throw HeaderFault("an attribute has a name in an unknown encoding")
        }
        guard name > 0 else { throw HeaderFault("an attribute has no name") }
        func room(_ bytes: Int) -> Int { version == 1 ? (bytes + 7) / 8 * 8 : bytes }
        let text = try body.take(room(name)).prefix(name)
        guard let last = text.firstIndex(of: 0), version < 3 || last == text.endIndex - 1 else {
            throw HeaderFault("an attribute's name does not end")
        }
        var typeBytes = HeaderBytes(try body.take(room(type)).prefix(type), "an attribute's type")
        var spaceBytes = HeaderBytes(try body.take(room(space)).prefix(space), "an attribute's dataspace")
        let count = try Dataspace(&spaceBytes).elements
        // The size of a named type is looked at where the type lies.
        if flags & 1 != 0 { return try readNamedType(&typeBytes) }
        let size = try datatypeSize(&typeBytes)
        let (bytes, overflow) = UInt64(size).multipliedReportingOverflow(by: count)
        guard !overflow, bytes <= body.count else {
            throw HeaderFault("an attribute is of \(count) elements and holds fewer")
        }
    }
}
