; Which node of Python's grammar is which token. Textual's own query compiles in 40 ms and takes
; twice as long per window, mostly to tell one kind of name from another.

((identifier) @constant (#match? @constant "^_*[A-Z][A-Z0-9_]+$"))
((identifier) @type (#match? @type "^_*[A-Z].*[a-z]"))
(call function: (identifier) @function)
(call function: (attribute attribute: (identifier) @function))
((call function: (identifier) @type) (#match? @type "^_*[A-Z]"))
(decorator "@" @function)
(decorator (identifier) @function)
(decorator (attribute attribute: (identifier) @function))
(decorator (call (identifier) @function))
(decorator (call (attribute attribute: (identifier) @function)))
(function_definition name: (identifier) @function)
(class_definition name: (identifier) @type)
(type (identifier) @type)
(keyword_argument name: (identifier) @property)

[
  "def" "class" "return" "if" "elif" "else" "for" "while" "in" "import" "from" "as" "with" "try"
  "except" "finally" "raise" "yield" "async" "await" "lambda" "pass" "break" "continue" "global"
  "nonlocal" "del" "assert" "and" "or" "not" "is" "match" "case"
] @keyword

[
  "=" "==" "!=" "<" ">" "<=" ">=" "+" "-" "*" "/" "//" "%" "**" "|" "&" "^" "~" "->" ":=" "+="
  "-=" "*=" "/=" "@"
] @operator

[(integer) (float)] @number
[(true) (false) (none) (ellipsis)] @constant
(string) @string
(escape_sequence) @escape
(interpolation) @none
(interpolation ["{" "}"] @escape)
(comment) @comment
