/// The header of a `.npy` file: a dictionary as Python writes it, with exactly the names descr, fortran_order and shape.
///
/// It is read to the letter. What NumPy does not write, or two readers could take in two ways, is refused: `!f4`, a name that stands
/// twice, whatever follows the dictionary.
struct NumpyHeader {
    struct Fault: Error {
        let reason: String
    }

    /// The element type as "<f4" or ">i2"; nil for a type that is a list of fields.
    private(set) var description: String?
    private(set) var isFortranOrder = false
    private(set) var shape: [Int] = []

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) throws(Fault) {
        self.bytes = bytes
        guard take("{") else { throw Fault(reason: "it is no dictionary") }
        var seen: Set<String> = []
        while !take("}") {
            guard seen.isEmpty || take(",") else { throw Fault(reason: "there is no comma between its values") }
            if !seen.isEmpty, take("}") { break }
            let name = try text()
            guard seen.insert(name).inserted else { throw Fault(reason: "it names \(name) twice") }
            guard take(":") else { throw Fault(reason: "there is no colon behind \(name)") }
            switch name {
            case "descr": description = try elementType()
            case "fortran_order": isFortranOrder = try truth()
            case "shape": shape = try extents()
            default: throw Fault(reason: "it has a value called \(name.prefix(20))")
            }
        }
        guard seen.count == 3 else { throw Fault(reason: "it does not name descr, fortran_order and shape") }
        guard peek == nil else { throw Fault(reason: "more follows the dictionary") }
    }

    private var peek: UInt8? {
        mutating get {
            while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
            return position < bytes.count ? bytes[position] : nil
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func text() throws(Fault) -> String {
        guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw Fault(reason: "a name is not in quotes")
        }
        position += 1
        let first = position
        while position < bytes.count, bytes[position] != quote {
            guard (0x20..<0x7F).contains(bytes[position]), bytes[position] != UInt8(ascii: "\\") else {
                throw Fault(reason: "a name holds an odd character")
            }
            position += 1
        }
        guard position < bytes.count else { throw Fault(reason: "a quote is not closed") }
        defer { position += 1 }
        return String(decoding: bytes[first..<position], as: UTF8.self)
    }

    /// "|i1" and "=f4" as "<i1" and "<f4"; nil for a list of fields, behind which the rest of the header is not looked at.
    private mutating func elementType() throws(Fault) -> String? {
        guard peek != UInt8(ascii: "[") else {
            try skipFields()
            return nil
        }
        let type = try text()
        guard let order = type.utf8.first, [UInt8]("<>=|".utf8).contains(order) else {
            throw Fault(reason: "its descr is '\(type.prefix(20))'")
        }
        return order == UInt8(ascii: ">") ? type : "<" + type.dropFirst()
    }

    private mutating func skipFields() throws(Fault) {
        var depth = 0
        repeat {
            switch peek {
            case UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                _ = try text()
                continue
            case nil: throw Fault(reason: "its descr does not end")
            default: break
            }
            position += 1
        } while depth > 0
    }

    private mutating func truth() throws(Fault) -> Bool {
        _ = peek
        for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw Fault(reason: "its fortran_order is neither True nor False")
    }

    private mutating func extents() throws(Fault) -> [Int] {
        let fault = Fault(reason: "its shape is no tuple of whole numbers")
        guard take("(") else { throw fault }
        var extents: [Int] = []
        while !take(")") {
            guard extents.isEmpty || take(",") else { throw fault }
            if !extents.isEmpty, take(")") {
                return extents
            }
            extents.append(try extent(fault))
            // A tuple of one has a comma; without it, Python reads a number.
            if extents.count == 1, peek != UInt8(ascii: ",") { throw fault }
        }
        return extents
    }

    private mutating func extent(_ fault: Fault) throws(Fault) -> Int {
        _ = peek
        let first = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        let digits = bytes[first..<position]
        guard let number = Int(String(decoding: digits, as: UTF8.self)), digits.count == 1 || digits.first != 0x30
        else {
            throw fault
        }
        // Python 2 wrote long numbers with an L.
        if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
        return number
    }
}
