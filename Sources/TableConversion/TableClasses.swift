import Conversion
import FeatureStore
import Foundation

/// The classes of a manifest, made of the distinct labels that it has.
struct TableClasses {
    /// The names, in the order of their numbers.
    private(set) var names: [String] = []
    /// For each distinct label its class, -1 for none; nil where it is none of the given names.
    private(set) var numbers: [Int32?] = []
    /// What a user should know.
    private(set) var warnings: [String] = []

    /// As many classes as the converters of pickles take.
    private static let mostClasses = 4096
    /// What pandas and NumPy write in the place of a value that is missing.
    private static let missing: Set<[UInt8]> = Set(
        ["nan", "NaN", "NAN", "None", "null", "NULL", "<NA>", "NaT", "NA", "N/A", "n/a", "#N/A"].map { Array($0.utf8) })

    /// - Parameters:
    ///   - places: for each distinct label where it stands first.
    ///   - given: the names in their order; nil takes those that there are.
    ///   - column: which labels these are; only those of emotion can be given names by the user.
    init(
        _ labels: StringColumn, places: [TableContent.Place], given: [String]?, file: String,
        column: TableColumn = .label
    ) throws(ConversionError) {
        let what = column.rawValue
        func advice(_ text: String) -> String { column == .label ? text : "" }
        let all = labels.map { $0 }
        if let given { try Self.requireNames(given) }
        let isGiven = Set((given ?? []).map { Array($0.utf8) })
        func refuse(_ index: Int, _ fault: String) -> ConversionError {
            .input(
                "\(places[index].list): line \(places[index].line) has the \(what) '\(TableFormat.shortened(all[index]))'\(fault)."
            )
        }
        func line(_ index: Int, from other: Int) -> String {
            "line \(places[index].line)" + (places[index].list == places[other].list ? "" : " of \(places[index].list)")
        }
        if let index = all.indices.first(where: {
            Self.missing.contains(Array(all[$0].utf8)) && !isGiven.contains(Array(all[$0].utf8))
        }) {
            throw refuse(
                index,
                ", as pandas and NumPy write a value that is missing: leave it empty where an utterance has no \(what)\(advice(", or name the classes with --labels if it is one"))"
            )
        }
        if let pair = NamesThatLookAlike.first(in: all) {
            throw refuse(
                pair.1,
                " and \(line(pair.0, from: pair.1)) has '\(TableFormat.shortened(all[pair.0]))': they differ only in spaces, invisible characters or the Unicode form of a letter; write them alike"
            )
        }
        let values = all.map(Self.number)
        let named = all.indices.filter { !all[$0].isEmpty && values[$0] == nil }
        // With -1 alone, nothing is meant but that there is no label.
        let numbered = all.indices.filter { values[$0] != nil && values[$0] != -1 }
        if let given {
            names = given
        } else if numbered.isEmpty {
            names = named.map { all[$0] }.sorted(by: Self.precedes)
        } else {
            if let name = named.first {
                throw refuse(
                    name,
                    ", a name, and \(line(numbered[0], from: name)) has '\(TableFormat.shortened(all[numbered[0]]))', a number: use one or the other\(advice(", or name all classes with --labels"))"
                )
            }
            // Many write negative sentiment so.
            if column == .sentiment, let negative = values.firstIndex(where: { ($0 ?? 0) < 0 }) {
                throw refuse(
                    negative, ", a number below 0: write sentiments by name, or as the numbers of classes from 0")
            }
            try takeNumbers(numbered, all, values, refuse)
        }
        guard names.count <= Self.mostClasses else {
            throw .input(
                "\(file) names \(names.count) classes; \(Self.mostClasses) are the most: the column \(what) may hold something else."
            )
        }
        let classes = Dictionary(
            names.enumerated().map { (Array($1.utf8), Int32($0)) }, uniquingKeysWith: { first, _ in first })
        numbers = all.indices.map { index in
            if let place = classes[Array(all[index].utf8)] { return place }
            if all[index].isEmpty || values[index] == -1 { return -1 }
            if let value = values[index], value >= 0, value < Double(names.count), value == value.rounded() {
                return Int32(value)
            }
            return nil
        }
    }

    /// Labels that are numbers: classes 0, 1, 2 … where they are whole, else one class for each value, in the order of the values.
    private mutating func takeNumbers(
        _ numbered: [Int], _ all: [String], _ values: [Double?], _ refuse: (Int, String) -> ConversionError
    ) throws(ConversionError) {
        let found = numbered.map { values[$0] ?? 0 }
        if let negative = numbered.first(where: { (values[$0] ?? 0) < 0 }), values.contains(-1) {
            throw refuse(
                negative,
                ", a number below -1, and others have -1, which means no label: name the classes with --labels, so that -1 may be one"
            )
        }
        guard found.allSatisfy({ $0 == $0.rounded() && $0 >= 0 }) else {
            names = numbered.sorted { (values[$0] ?? 0, all[$0]) < (values[$1] ?? 0, all[$1]) }.map { all[$0] }
            warnings.append(
                "Labels are numbers that do not count classes, such as \(names[0]): each value is a class, in the order of the values."
            )
            return
        }
        if let large = numbered.first(where: { (values[$0] ?? 0) >= Double(Self.mostClasses) }) {
            throw refuse(
                large,
                ": numbers of classes go from 0 to \(Self.mostClasses - 1); name the classes with --labels if it is a name"
            )
        }
        names = (0..<Int(found.max() ?? -1) + 1).map(String.init)
        if let written = numbered.first(where: { Int(all[$0]) == nil }) {
            warnings.append(
                "Labels are written as '\(all[written])': taken as the whole numbers that they are, and the classes are called 0 to \(names.count - 1)."
            )
        }
    }

    private static func requireNames(_ given: [String]) throws(ConversionError) {
        var seen: Set<[UInt8]> = []
        for name in given {
            guard !name.isEmpty else {
                throw .input("--labels has an empty name: give names with commas between them.")
            }
            guard name.utf8.count <= TableContent.longestName else {
                throw .input(
                    "--labels has a name of \(name.utf8.count) bytes: \(TableContent.longestName) are the most.")
            }
            guard seen.insert(Array(name.utf8)).inserted else {
                throw .input("--labels names '\(name)' twice: give each class once.")
            }
        }
    }

    /// The number that a label is, in plain decimal: "3", "-1", "2.0".
    private static func number(_ label: String) -> Double? {
        let plain = label.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
        guard plain, label.utf8.contains(where: { (0x30...0x39).contains($0) }), let value = Double(label),
            value.isFinite
        else { return nil }
        return value
    }

    /// Swift's order of strings, and that of the bytes where it takes two for one.
    static func precedes(_ first: String, _ second: String) -> Bool {
        first == second ? first.utf8.lexicographicallyPrecedes(second.utf8) : first < second
    }
}
