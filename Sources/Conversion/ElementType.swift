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
        let sizes: [Int] =
            switch kind {
            case .float: [2, 4, 8]
            case .signed, .unsigned: [1, 2, 4, 8]
            case .boolean: [1]
            }
        guard sizes.contains(size) else { return nil }
        (self.kind, self.size, bigEndian) = (kind, size, characters[0] == ">")
    }

    /// True where the bytes are float32 in this machine's order, so that nothing need be converted.
    package var isNativeFloat: Bool { kind == .float && size == 4 && !bigEndian }
}
