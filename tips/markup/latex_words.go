package markup

// The characters that Unicode has above and below the line, each under its plain
// form.
const (
	upperPlain = "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδ*′°T "
	upperForms = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟ*′°ᵀ "
	lowerPlain = "0123456789+-−=()aehijklmnoprstuvxβγρφχ, "
	lowerForms = "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ, "
)

// latexAccents are the marks that stand over a letter.
var latexAccents = map[string]string{
	"hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303",
	"vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c",
}

// The lines over one letter and over several, which join.
const macron, overline = "\u0304", "\u0305"

// latexLines are drawn over or below all that they hold.
var latexLines = map[string]string{"bar": overline, "overline": overline, "underline": "\u0332"}

// latexRows are the environments that only set lines below each other.
var latexRows = map[string]bool{
	"aligned": true, "align": true, "align*": true, "equation": true, "equation*": true, "gather": true, "gather*": true,
	"gathered": true, "split": true, "displaymath": true, "math": true,
}

var latexDoubles = map[string]string{
	"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "H": "ℍ", "E": "𝔼", "1": "𝟙", "F": "𝔽",
}

// latexSymbols are the commands that are one character, or a word. One that
// stands between two others has its blanks.
var latexSymbols = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
	"vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "varrho": "ϱ",
	"sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
	"sum": "∑", "prod": "∏", "int": "∫", "iint": "∬", "oint": "∮", "partial": "∂", "nabla": "∇", "infty": "∞", "hbar": "ℏ", "ell": "ℓ",
	"Re": "ℜ", "Im": "ℑ", "aleph": "ℵ", "emptyset": "∅", "varnothing": "∅", "forall": "∀", "exists": "∃", "nexists": "∄", "neg": "¬", "lnot": "¬",
	"angle": "∠", "degree": "°", "prime": "′", "dagger": "†", "star": "⋆", "bullet": "•", "top": "⊤", "bot": "⊥", "square": "□",
	"times": " × ", "cdot": " · ", "div": " ÷ ", "pm": " ± ", "mp": " ∓ ", "ast": " ∗ ", "circ": " ∘ ", "oplus": " ⊕ ", "otimes": " ⊗ ",
	"le": " ≤ ", "leq": " ≤ ", "ge": " ≥ ", "geq": " ≥ ", "ne": " ≠ ", "neq": " ≠ ", "lt": " < ", "gt": " > ", "ll": " ≪ ", "gg": " ≫ ",
	"approx": " ≈ ", "equiv": " ≡ ", "sim": " ∼ ", "simeq": " ≃ ", "cong": " ≅ ", "propto": " ∝ ", "mid": " | ", "parallel": " ∥ ", "perp": " ⊥ ",
	"in": " ∈ ", "notin": " ∉ ", "ni": " ∋ ", "subset": " ⊂ ", "subseteq": " ⊆ ", "supset": " ⊃ ", "supseteq": " ⊇ ", "cup": " ∪ ", "cap": " ∩ ",
	"setminus": " ∖ ", "land": " ∧ ", "wedge": " ∧ ", "lor": " ∨ ", "vee": " ∨ ",
	"to": " → ", "rightarrow": " → ", "longrightarrow": " → ", "leftarrow": " ← ", "gets": " ← ", "leftrightarrow": " ↔ ", "mapsto": " ↦ ",
	"Rightarrow": " ⇒ ", "Longrightarrow": " ⇒ ", "implies": " ⇒ ", "Leftarrow": " ⇐ ", "Leftrightarrow": " ⇔ ", "iff": " ⇔ ", "uparrow": "↑", "downarrow": "↓",
	"longleftarrow": " ← ", "longleftrightarrow": " ↔ ", "longmapsto": " ↦ ", "Longleftarrow": " ⇐ ", "Longleftrightarrow": " ⇔ ", "impliedby": " ⇐ ",
	"updownarrow": " ↕ ", "Uparrow": "⇑", "Downarrow": "⇓", "Updownarrow": " ⇕ ", "nearrow": "↗", "searrow": "↘", "swarrow": "↙", "nwarrow": "↖",
	"hookrightarrow": " ↪ ", "hookleftarrow": " ↩ ", "rightharpoonup": " ⇀ ", "leftharpoonup": " ↼ ", "rightleftharpoons": " ⇌ ", "rightleftarrows": " ⇄ ",
	"twoheadrightarrow": " ↠ ", "rightarrowtail": " ↣ ", "leadsto": " ⇝ ", "rightsquigarrow": " ⇝ ", "nrightarrow": " ↛ ", "nleftarrow": " ↚ ", "nRightarrow": " ⇏ ",
	"ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮", "therefore": " ∴ ", "because": " ∵ ", "colon": ":", "backslash": `\`,
	"lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "lvert": "|", "rvert": "|", "vert": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖",
	"lbrace": "{", "rbrace": "}", "quad": "  ", "qquad": "  ", "space": " ",
	"sin": "sin", "cos": "cos", "tan": "tan", "log": "log", "ln": "ln", "exp": "exp", "min": "min", "max": "max", "lim": "lim", "inf": "inf", "sup": "sup",
	"arg": "arg", "argmax": "argmax", "argmin": "argmin", "det": "det", "dim": "dim", "gcd": "gcd", "deg": "deg", "Pr": "Pr", "mod": " mod ", "bmod": " mod ",
	"sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan",
}
