/// The style of a page.
enum PageStyle {
    /// Paper is light whatever the screen is.
    static let text = """
        :root{\(variables(dark: false))}
        \(Palette.figureRules(dark: false))
        @media screen and (prefers-color-scheme:dark){
        :root{\(variables(dark: true))}
        \(Palette.figureRules(dark: true))
        }
        \(layout)
        """

    private static func variables(dark: Bool) -> String {
        [
            ("paper", Palette.paper), ("surface", Palette.surface), ("ink", Palette.ink), ("muted", Palette.muted),
            ("rule", Palette.rule), ("link", Palette.link), ("warning", Palette.warning),
        ].map { "--\($0):\($1.hexadecimal(dark: dark))" }.joined(separator: ";")
    }

    private static let layout = """
        *{box-sizing:border-box}
        html{color-scheme:light dark;-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:68rem;padding:1rem;background:var(--paper);color:var(--ink);font:1rem/1.5 \(Drawing.fonts)}
        h1{font-size:1.7rem;line-height:1.25;margin:.5rem 0}
        h2{font-size:1.3rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--rule)}
        h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
        p{margin:.5rem 0;max-width:46rem}
        h1,h2,h3,p,figcaption,summary,li,caption{overflow-wrap:anywhere}
        a{color:var(--link)}
        a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
        .skip{position:absolute;left:-99rem}
        .skip:focus{position:static}
        nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:.8rem 0;padding:0}
        nav a{display:inline-block;padding:.2rem 0}
        .note{border-left:4px solid var(--warning);background:var(--surface);padding:.5rem .8rem}
        .gallery{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22.4rem),1fr));gap:1rem 1.6rem;margin:1rem 0}
        figure{margin:0;min-width:0}
        figcaption{font-weight:600;margin-bottom:.3rem}
        figure svg{display:block;width:100%;height:auto;max-width:34rem}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:.6rem 0}
        caption{text-align:left;color:var(--muted);padding-bottom:.3rem}
        th,td{padding:.25rem .7rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
        th{font-weight:600}
        tbody th{min-width:7.2rem;max-width:20rem;overflow-wrap:anywhere}
        td{min-width:5.2rem;max-width:26rem;overflow-wrap:anywhere}
        th.n,td.n{min-width:0;text-align:right;overflow-wrap:normal;white-space:nowrap;padding-left:.7rem}
        details{margin:.5rem 0}
        summary{cursor:pointer;color:var(--link);padding:.2rem 0}
        pre{background:var(--surface);padding:.7rem;overflow-x:auto;font-size:.82rem;line-height:1.4}
        article{border:1px solid var(--rule);border-radius:.4rem;padding:.1rem .9rem .6rem;margin:.8rem 0;max-width:52rem}
        article h3{margin:.6rem 0 .1rem}
        .place{color:var(--muted);font-size:.88rem;margin:0 0 .4rem}
        article ol{list-style:none;margin:0;padding:0}
        article li{padding:.25rem .6rem;border-left:4px solid transparent}
        article li.focus{background:var(--surface);border-left-color:var(--link)}
        .who{font-weight:600}
        q{unicode-bidi:isolate}
        .class{color:var(--muted);font-size:.88rem;white-space:normal}
        footer{margin-top:3rem;color:var(--muted);font-size:.88rem}
        @media print{
        @page{margin:16mm}
        body{max-width:none;padding:0;font-size:10.5pt}
        nav,.skip{display:none}
        h2,h3,figcaption,caption{break-after:avoid}
        figure,article,tr{break-inside:avoid}
        .scroll{overflow:visible}
        figure details,details>pre{display:none}
        figure details,details:not([open]){display:none}
        a{color:inherit;text-decoration:none}
        }
        """
}
