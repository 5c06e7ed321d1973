import Foundation
import HDF5

/// An HDF5 file of this project whose object headers are changed byte by byte, as nobody's writer does, with their checksums made good
/// again so that what was changed is read.
public struct HeaderForge {
    private var bytes: [UInt8]
    /// Where each piece of a header begins, and where its messages lie; found before anything is changed.
    private var sealed: [(start: Int, messages: Range<Int>)] = []
    private var pieces: [Range<Int>] { sealed.map(\.messages) }

    /// Takes the bytes of a file.
    public init(_ path: String) throws {
        bytes = Array(try Data(contentsOf: URL(filePath: path)))
        for start in bytes.indices.dropLast(6) where bytes[start..<start + 4].elementsEqual("OHDR".utf8) {
            let flags = bytes[start + 5]
            let size = start + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
            let first = size + (1 << Int(flags & 3))
            sealed.append((start, first..<first + number(size, 1 << Int(flags & 3))))
            // A header goes on where its messages of kind 16 say.
            var next = sealed.count - 1
            while next < sealed.count {
                for message in messages(in: sealed[next].messages) where message.kind == 16 {
                    let (place, bytes) = (
                        number(message.content.lowerBound, 8), number(message.content.lowerBound + 8, 8)
                    )
                    sealed.append((place, place + 4..<place + bytes - 4))
                }
                next += 1
            }
        }
    }

    /// Where the contents of the messages of one kind lie, header by header; the byte before each holds the message's flags.
    public func messages(_ kind: UInt8) -> [Range<Int>] {
        pieces.flatMap { messages(in: $0).filter { $0.kind == kind }.map(\.content) }
    }

    /// Where a structure with a signature of four letters begins.
    public func first(_ signature: String) -> Int? {
        bytes.indices.dropLast(3).first { bytes[$0..<$0 + 4].elementsEqual(signature.utf8) }
    }

    /// Puts bytes in the place of others.
    public mutating func put(_ new: [UInt8], at place: Int) {
        bytes.replaceSubrange(place..<place + new.count, with: new)
    }

    /// Puts a little-endian number of 8 bytes in the place of another.
    public mutating func put(_ number: UInt64, at place: Int) {
        put((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }, at: place)
    }

    /// Writes the file, all checksums good.
    public mutating func write(to path: String) throws {
        for (start, piece) in sealed { seal(start, piece.upperBound) }
        if let list = first("FAHD") { seal(list, list + 24) }
        try Data(bytes).write(to: URL(filePath: path))
    }

    private mutating func seal(_ start: Int, _ end: Int) {
        let sum = metadataChecksum(bytes[start..<end])
        put((0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }, at: end)
    }

    private func number(_ place: Int, _ width: Int) -> Int {
        (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    private func messages(in piece: Range<Int>) -> [(kind: UInt8, content: Range<Int>)] {
        var found: [(kind: UInt8, content: Range<Int>)] = []
        var place = piece.lowerBound
        while place + 4 <= piece.upperBound {
            let content = place + 4..<place + 4 + number(place + 1, 2)
            found.append((bytes[place], content))
            place = content.upperBound
        }
        return found
    }
}
