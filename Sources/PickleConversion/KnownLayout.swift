/// A layout of pickles that is recognised: a row of docs/layouts.md.
public struct KnownLayout: Sendable {
    /// What it is called, for example "MELD RoBERTa (list of 11)".
    public var name: String
    /// What such a file holds.
    public var fields: String
    /// The splits that it names.
    public var splits: String
    /// The published models and corpora whose files have it.
    public var users: String

    /// All of them, in the order of the modules in `converters/layouts/`.
    /// - Throws: `ConversionError.pythonUnavailable` where the program was built without Python.
    public static func all() throws -> [KnownLayout] {
        try Python.start()
        let rows = try Python.call("layouts", "table").call("__iter__")
        var layouts: [KnownLayout] = []
        while let row = try rows.next() {
            layouts.append(
                KnownLayout(
                    name: try row.item(0).text(), fields: try row.item(1).text(), splits: try row.item(2).text(),
                    users: try row.item(3).text()))
        }
        return layouts
    }
}
