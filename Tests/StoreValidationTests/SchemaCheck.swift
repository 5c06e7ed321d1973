import Foundation

/// As much of JSON Schema as the report's schema uses: type, enum, pattern, minimum, required, properties,
/// additionalProperties, items and references to `$defs`.
struct SchemaCheck {
    private let root: [String: Any]
    /// Where the document breaks the schema, in words.
    private(set) var faults: [String] = []

    private static let known: Set<String> = [
        "$schema", "$defs", "$ref", "title", "description", "type", "enum", "pattern", "minimum", "required",
        "properties",
        "additionalProperties", "items",
    ]

    init(schema: Data, document: Data) throws {
        root = try JSONSerialization.jsonObject(with: schema) as? [String: Any] ?? [:]
        check(try JSONSerialization.jsonObject(with: document), root, at: "$")
    }

    private mutating func check(_ value: Any, _ schema: [String: Any], at place: String) {
        for key in schema.keys where !Self.known.contains(key) { faults.append("\(place): unknown keyword \(key)") }
        if let reference = schema["$ref"] as? String {
            let definitions = root["$defs"] as? [String: [String: Any]]
            guard let target = definitions?[reference.replacing("#/$defs/", with: "")] else {
                return faults.append("\(place): no definition \(reference)")
            }
            return check(value, target, at: place)
        }
        if let type = schema["type"] as? String, !Self.matches(value, type) {
            return faults.append("\(place): \(value) is no \(type)")
        }
        if let allowed = schema["enum"] as? [String], !allowed.contains(value as? String ?? "") {
            faults.append("\(place): \(value) is none of \(allowed)")
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            faults.append("\(place): '\(text)' does not match \(pattern)")
        }
        if let minimum = schema["minimum"] as? Int, let number = value as? Int, number < minimum {
            faults.append("\(place): \(number) is below \(minimum)")
        }
        if let items = schema["items"] as? [String: Any], let array = value as? [Any] {
            for (index, item) in array.enumerated() { check(item, items, at: "\(place)[\(index)]") }
        }
        guard let object = value as? [String: Any] else { return }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        for key in schema["required"] as? [String] ?? [] where object[key] == nil {
            faults.append("\(place): \(key) is missing")
        }
        for (key, value) in object {
            if let property = properties[key] {
                check(value, property, at: "\(place).\(key)")
            } else if schema["additionalProperties"] as? Bool == false {
                faults.append("\(place): \(key) is not in the schema")
            }
        }
    }

    private static func matches(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "integer": value is Int
        default: false
        }
    }
}
