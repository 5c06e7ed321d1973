import FeatureStore
import TerminalText

/// The format of a store in words and as JSON: `vuemo info --schema`.
public struct SchemaText {
    private struct Row: Encodable {
        let path: String
        let attribute: String?
        let type: String
        let shape: String?
        let required: Bool
        let meaning: String
    }

    private let rows: [Row]

    /// The format that this program writes.
    public init() {
        func plain(_ text: String) -> String { text.replacing("`", with: "").replacing("*", with: "") }
        let attributes = StoreSchema.attributes.map {
            Row(
                path: $0.object, attribute: $0.name, type: $0.typeName.replacing(", optional", with: ""), shape: nil,
                required: !$0.isOptional, meaning: plain($0.meaning))
        }
        let lists = StoreSchema.lists.map {
            Row(
                path: $0.path, attribute: nil, type: $0.typeName, shape: $0.rows.rawValue, required: true,
                meaning: plain($0.meaning))
        }
        let targets = StoreSchema.targetLists.map {
            Row(
                path: $0.path, attribute: nil, type: $0.typeName.replacing(", optional", with: ""),
                shape: $0.rows.rawValue, required: false,
                meaning: plain($0.meaning))
        }
        rows = lists + targets + attributes
    }

    /// One object after the other, wrapped.
    public var text: String {
        let head = "feature store, format \(FormatVersion.current): D dialogues, U utterances, C classes"
        return
            ([head]
            + rows.map { row in
                let name = row.attribute.map { "\(row.path) @\($0)" } ?? row.path
                let kind = row.type + (row.shape.map { ", \($0)" } ?? "") + (row.required ? "" : ", optional")
                return "\n\(name)  (\(kind))\n" + TextWrap.lines(row.meaning, indent: "  ").joined(separator: "\n")
            }).joined(separator: "\n")
    }

    /// What `text` says, for scripts.
    public var content: some Encodable { rows }
}
