/// How labels that are real numbers, such as sentiment from -3 to 3, become classes.
public enum RegressionClasses: Int, Sendable, CaseIterable {
    /// Below 0, and 0 or above.
    case two = 2
    /// Below 0, 0, and above 0.
    case three = 3
    /// Rounded to a whole number from -3 to 3, halves to the even one.
    case seven = 7
}
