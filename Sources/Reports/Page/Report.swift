import Files
import Foundation

/// A page with figures, in one file that needs nothing else.
public struct Report: Sendable {
    /// What it is about: the title of the page.
    public let title: String
    /// One sentence under the title.
    let lead: String
    /// Who made it.
    let generator: String
    /// The parts, in order.
    let sections: [Section]

    /// All figures, in order.
    var figures: [Figure] {
        sections.flatMap(\.blocks).flatMap { block -> [Figure] in
            guard case .gallery(let gallery) = block else { return [] }
            return gallery.figures
        }
    }

    /// Writes the page.
    /// - Throws: `FilesError` where it cannot be written, or something is there that must not be replaced.
    public func write(to output: OutputPath) throws {
        try TextFile.replace(output.path, with: html, overwrites: output.overwrites)
    }

    /// Writes each figure as an SVG file of its own, in light colours: into a folder that is made where there is none.
    /// - Parameter overwrites: Whether figures that are there are replaced.
    /// - Returns: how many there are.
    /// - Throws: `FilesError` where one cannot be written, or is there and must not be replaced.
    @discardableResult
    public func writeFigures(to folder: String, overwrites: Bool) throws -> Int {
        if mkdir(folder, 0o777) != 0, errno != EEXIST { throw FilesError("make", folder, systemError: errno) }
        for figure in figures {
            try TextFile.replace("\(folder)/\(figure.name).svg", with: figure.file, overwrites: overwrites)
        }
        return figures.count
    }
}

/// A part of a page with a heading.
struct Section: Sendable {
    /// What links lead to: letters and hyphens.
    let id: String
    let title: String
    var blocks: [Block]

    init(_ id: String, _ title: String, _ blocks: [Block]) {
        (self.id, self.title, self.blocks) = (id, title, blocks)
    }
}

/// What a section is made of. The templates name the cases.
enum Block: Sendable {
    case heading(String)
    case paragraph(String)
    /// What must not be overlooked.
    case note(String)
    case table(Table)
    case gallery(Gallery)
    /// Text as it stands in a file, folded away.
    case file(FoldedFile)
    case exchanges([Exchange])
}

/// Figures side by side, where there is room.
struct Gallery: Sendable {
    let figures: [Figure]

    init(_ figures: [Figure]) { self.figures = figures }
}

struct FoldedFile: Sendable {
    let summary: String
    let lines: [String]
}

/// Rows under titles; the first cell of a row is its name.
struct Table: Sendable {
    struct Cell: Sendable {
        let text: String
        let isNumber: Bool
    }
    struct Row: Sendable {
        let name: String
        let cells: [Cell]
    }
    let caption: String
    let first: String
    let columns: [Cell]
    private(set) var rows: [Row] = []

    /// - Parameter words: Columns that are no numbers.
    init(_ caption: String, _ first: String, _ columns: [String], words: Set<String> = []) {
        (self.caption, self.first) = (caption, first)
        self.columns = columns.map { Cell(text: $0, isNumber: !words.contains($0)) }
    }

    mutating func add(_ name: String, _ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(
            Row(name: name, cells: zip(cells, columns).map { Cell(text: $0, isNumber: $1.isNumber) }))
    }
}

/// A few turns of a dialogue around one of them.
struct Exchange: Sendable {
    struct Turn: Sendable {
        let speaker: String
        /// Nil where no store is at hand.
        let sentence: String?
        let gold: String
        /// Of the turn that it is about.
        let predicted: String?
    }
    let title: String
    let place: String
    let turns: [Turn]
}
