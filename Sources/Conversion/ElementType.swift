/// The element type of feature rows as they lie in a pickle: kind, size and byte order.
package struct ElementType: Equatable {
    package enum Kind: Character {
        case float = "f"
        case signed = "i"
        case unsigned = "u"
        case boolean = "b"
    }

    package let kind: Kind
    package let size: Int
    package let bigEndian: Bool

    /// From NumPy's notation, "<f4" or ">i2"; nil for anything that is no number of 1 to 8 bytes.
    package init?(code: String) {
        var characters = Array(code)
        guard characters.count == 3, let kind = Kind(rawValue: characters[1]),
            let size = characters.popLast()?.wholeNumberValue
        else { return nil }
        self.init(kind: kind, size: size, bigEndian: characters[0] == ">")
    }

    /// Nil where there are no numbers of that size.
    package init?(kind: Kind, size: Int, bigEndian: Bool) {
        let isThere =
            switch kind {
            case .float: size == 2 || size == 4 || size == 8
            case .signed, .unsigned: size == 1 || size == 2 || size == 4 || size == 8
            case .boolean: size == 1
            }
        guard isThere else { return nil }
        (self.kind, self.size, self.bigEndian) = (kind, size, bigEndian && size > 1)
    }

    /// True where the bytes are float32 in this machine's order, so that nothing need be converted.
    package var isNativeFloat: Bool { kind == .float && size == 4 && !bigEndian }
}
