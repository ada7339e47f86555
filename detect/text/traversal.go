package text

import (
	"path"
	"strings"
)

const traversalNeeds = "./\\:\x00%02"

// TraversalNeeds returns bytes of which a value must hold one for Traversal to match.
func TraversalNeeds() string { return traversalNeeds }

// TraversalAlso returns bytes of which a value must hold one as well: numbers
// and versions are of digits and dots alone.
func TraversalAlso() string {
	var list []byte
	for c := range 256 {
		if !isDigit(byte(c)) && c != '.' {
			list = append(list, byte(c))
		}
	}
	return string(list)
}

// Traversal reports a path that climbs out of where it was put, an absolute
// path to a file only an attacker asks for, a stream wrapper, or a NUL that
// cuts a file name.
//
// A climb counts when the path, read step by step, goes above its own
// beginning: a/../b does not, ../../etc does. A short relative path to a
// source or picture (../img/a.png), as documents and imports hold, does not
// count, nor does a sensitive file named in prose.
//
// Returns: where the path begins, and the path.
//
// Example: Traversal("../../../../etc/passwd") = 0, "../../../../etc/passwd", true; Traversal("../img/logo.png") is silent.
func Traversal(s string) (offset int, match string, ok bool) {
	return (talk{loose: true, wide: true}).unless(s, traversal)
}

// traversal is Traversal wherever it stands.
func traversal(s string) (offset int, match string, ok bool) {
	if len(s) < 4 || !pathMayBe(s) || !strings.ContainsAny(s, traversalNeeds) {
		return none()
	}
	return pathIn(clip(s))
}

// pathSigns are bytes of which all that is looked for holds one, unless it is spelt
// in hexadecimal digits.
var pathSigns = tableOf("./\\:%?\x00" + highSigns())

func highSigns() string {
	var list []byte
	for c := 0x80; c < 0x100; c++ {
		list = append(list, byte(c))
	}
	return string(list)
}

// pathMayBe is the cheap look: names and numbers are no paths.
func pathMayBe(s string) bool {
	return pathSigns.in(s) || strings.Contains(s, "2f") || strings.Contains(s, "5c") || strings.Contains(s, "0x")
}

// pathIn is traversal of what may be one.
func pathIn(s string) (offset int, match string, ok bool) {
	if from, to, hit := climbs(s); hit {
		return found(s, from, to)
	}
	if to, hit := wrapper(s); hit {
		return found(s, 0, to)
	}
	if from, to, hit := sensitivePath(s); hit {
		return found(s, from, to)
	}
	if at := nulInName(s); at >= 0 || oddPath(s) {
		return found(s, 0, len(s))
	}
	return none()
}

// pathByte reports a byte that can be part of a path as attackers write one.
func pathByte(c byte) bool {
	return isWord(c) || c >= 0x80 || strings.IndexByte("./\\-~$%+:;@!,*?#&[]()^ \x00", c) >= 0 && c != ' '
}

// climbs looks for a run of path bytes that goes above its beginning.
func climbs(s string) (from, to int, hit bool) {
	for at := 0; ; {
		i := strings.Index(s[at:], "..")
		if i < 0 {
			return 0, 0, false
		}
		i += at
		from, to = i, i
		for from > 0 && pathByte(s[from-1]) && s[from-1] != ':' && s[from-1] != '?' && s[from-1] != '&' && s[from-1] != ',' && s[from-1] != '(' {
			from--
		}
		for to < len(s) && pathByte(s[to]) {
			to++
		}
		at = max(to, i+2)
		if installed(s[from:]) {
			continue
		}
		if to < len(s) && s[to] == ' ' && len(s) <= 512 && strings.IndexByte(s[to:], '\n') < 0 && personalFile(strings.TrimLeft(s[from:], "./\\")) && strings.Count(s[from:], "..") < 8 {
			if _, _, hit := sensitiveName(s[from:]); !hit {
				continue // a document in a folder with a blank in its name
			}
		}
		if climb(s, s[from:to], from > 0 && s[from-1] != '=' || to < len(s) && s[to] != '\'' && s[to] != '"') {
			return from, to, true
		}
		if at >= len(s) {
			return 0, 0, false
		}
	}
}

// climb judges one path of the whole value; within says that other text is
// around it.
func climb(whole, p string, within bool) bool {
	ups, depth, low, n, odd, cut := 0, 0, 0, 0, 0, 0
	segment := 0
	for i := 0; i <= len(p); {
		end, sep := i, 0
		for end < len(p) && sep == 0 {
			if sep = separator(p[end:]); sep == 0 {
				end++
			}
		}
		switch seg := p[i:end]; {
		case up(seg):
			if len(seg) > 2 {
				odd++
				cut += boolInt(seg[2] == ';')
			}
			ups++
			depth--
			low = min(low, depth)
			n++
		case seg == "" || seg == "." || strings.HasSuffix(seg, ":"):
		default:
			depth++
			segment = i
		}
		i = end + sep
		if sep == 0 {
			break
		}
	}
	if ups == 0 {
		return false
	}
	tree := projectTree(p)
	if _, _, hit := sensitiveName(p); hit {
		return !(tree && ups < 5 || ups < 3 && templateFile(p))
	}
	if cut > 0 && strings.Contains(p, "..;/") {
		return true // no name has that, and some servers take what is behind ; away
	}
	if low >= 0 && p[0] == '/' && strings.Contains(p, "/../") {
		_, _, hit := sensitivePath(path.Clean(p))
		return hit && !within
	}
	if low >= 0 {
		return false // it comes back to where it began: /usr/lib/gcc/../x.o
	}
	if odd >= 2 && ups == odd && !within {
		return true
	}
	last := strings.TrimLeft(p[segment:], "/\\")
	if n < 2 || ups < 16 && tree || ups < 8 && (personalFile(last) || source(last)) || ups < 4 && (asset(last) || module(p, ups)) || ups == 2 && besides(p, last) {
		return false
	}
	return !within || ups >= 3 && strings.IndexByte(whole, ' ') < 0 || ups >= 5
}

// up reports a segment that climbs: .. and the spellings filters leave.
func up(seg string) bool {
	if i := strings.IndexByte(seg, ';'); i > 0 {
		seg = seg[:i] // ..;/ as Tomcat reads it
	}
	switch seg {
	case "..", "...", "....", "..\x00", ".\x00.":
		return true
	}
	return strings.HasPrefix(seg, "..") && len(seg) > 2 && strings.Trim(seg, ".") != "" && seg[2] == 0
}

// separator returns the length of the path separator s begins with. One that
// is written with a percent sign is plain in another reading of the value.
func separator(s string) int {
	switch {
	case s[0] == '/' || s[0] == '\\':
		return 1
	}
	return 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// source reports a file that only a program's other files name by a path.
func source(name string) bool {
	if lookFold(projectFiles, name) != "" {
		return true
	}
	if i := strings.Index(name, ".so."); i > 0 && strings.Trim(name[i+4:], "0123456789.") == "" {
		return true
	}
	dot := strings.LastIndexByte(name, '.')
	if dot == 0 || dot > 0 && name[0] == '.' {
		return dotFile(name)
	}
	return dot > 0 && lookFold(sourceTypes, name[dot+1:]) != ""
}

// projectFiles are the names of files at the top of a project, by which its parts
// refer to them.
var projectFiles = wordSet(`license readme makefile dockerfile changelog notice authors contributing codeowners workspace build.bazel workspace.bazel gemfile gemfile.lock rakefile podfile procfile jenkinsfile vagrantfile brewfile
 package.json package-lock.json composer.json composer.lock tsconfig.json tsconfig.base.json tsconfig.build.json jsconfig.json lerna.json nx.json turbo.json angular.json deno.json bower.json biome.json renovate.json vercel.json global.json
 pyproject.toml cargo.toml netlify.toml poetry.toml requirements.txt setup.py setup.cfg tox.ini conftest.py manage.py pom.xml build.xml settings.xml build.gradle settings.gradle gradle.properties gradlew mvnw cmakelists.txt meson.build
 docker-compose.yml docker-compose.yaml pnpm-workspace.yaml pnpm-lock.yaml yarn.lock mkdocs.yml go.work chart.yaml values.yaml kustomization.yaml openapi.yaml openapi.json swagger.json autoload.php bootstrap.php phpunit.xml phpstan.neon license.txt readme.txt nuget.exe`)

// sourceTypes are the ends of names of sources, of what is built of them, and of
// what they show.
var sourceTypes = wordSet(`mod sum lock ts tsx jsx mjs cjs mts cts vue svelte astro scss sass less styl css svg png jpg jpeg gif webp ico woff woff2 ttf otf go rs proto md mdx rst map gradle kts kt swift scala clj ex exs dart graphql gql prisma tf tfvars hcl tpl j2 hbs ejs pug
 csproj fsproj vbproj vcxproj sln slnx props targets resx xaml nuspec snk ruleset c cc cpp cxx h hh hpp hxx m mm pyi ipynb zig nim bzl bazel cmake mk am in ac pc dll so dylib a o lib obj pdb wasm jar aar whl gem tgz`)

// dotFile reports a file of settings that tools for programs keep, without secrets.
func dotFile(name string) bool {
	_, w := indexAnyFold(name[:min(len(name), 16)], []string{".eslint", ".prettier", ".babelrc", ".gitignore", ".gitattributes", ".gitmodules", ".editorconfig", ".nvmrc", ".dockerignore", ".stylelint", ".browserslist", ".npmignore", ".tool-versions", ".clang-format", ".clang-tidy", ".golangci", ".pylintrc", ".flake8", ".rubocop", ".travis", ".gitlab-ci", ".pre-commit", ".nycrc", ".mocharc", ".swcrc", ".env.example", ".env.sample", ".env.dist", ".env.template", ".env.test"})
	return w != "" && strings.HasPrefix(name, w[:2])
}

// projectTree reports a path through a folder that projects have for their sources,
// or for what others made: whoever climbs for a host's file goes elsewhere.
func projectTree(p string) bool {
	if strings.IndexByte(p, '%') >= 0 {
		p = slashes.Replace(p) // a reading that is half made
	}
	for seg := range strings.FieldsFuncSeq(p, func(r rune) bool { return r == '/' || r == '\\' }) {
		if lookFold(projectFolders, seg) != "" {
			return true
		}
	}
	return false
}

var slashes = strings.NewReplacer("%2f", "/", "%2F", "/", "%5c", "/", "%5C", "/")

var projectFolders = wordSet(`src node_modules vendor packages testdata fixtures __tests__ __mocks__ .github .storybook docker deploy target dist obj charts components third_party bower_components site-packages gems crates .vscode .idea .husky`)

// templateFile reports an example of a file with secrets, or an archive's own list.
func templateFile(p string) bool {
	_, w := indexAnyFold(p, []string{".env.example", ".env.sample", ".env.dist", ".env.template", ".env.test", "/config.example", "config.sample", ".yml.example", ".yml.sample", ".yml.dist", ".conf.example", ".conf.sample", ".ini.dist", ".php.dist", "meta-inf/manifest.mf", "meta-inf/license", "meta-inf/services/"})
	return w != ""
}

// module reports a climb to nothing, or to a program's own folder or module by
// names without a type: ../../utils/format, as imports have it.
func module(p string, ups int) bool {
	p, named := strings.TrimLeft(p, "./\\"), 0
	for seg := range strings.FieldsFuncSeq(p, func(r rune) bool { return r == '/' || r == '\\' }) {
		if strings.Trim(seg, letters+"0123456789_-@[]()") != "" || lookFold(hostFolders, seg) != "" {
			return false
		}
		named++
	}
	return ups < 3 || named > 1
}

// installed reports a climb to where programs are installed for all, or to what
// people keep.
func installed(s string) bool {
	s = strings.TrimLeft(s[:min(len(s), 96)], "./\\")
	for _, folder := range [...]string{"program files", "applications/", "downloads/", "documents/", "desktop/", "pictures/", "volumes/"} {
		if prefixFold(s, folder) && !strings.Contains(s, "..") {
			return true
		}
	}
	return false
}

// besides reports a climb of two to a folder that no host has at its top, and to a
// file that is neither a script nor settings: a link within a tree of files.
func besides(p, last string) bool {
	folder, _, ok := strings.Cut(strings.TrimLeft(p, "./\\"), "/")
	if !ok || strings.Trim(folder, letters+"0123456789_-@[]()+ ") != "" || lookFold(hostFolders, folder) != "" || strings.ContainsAny(p, "%?#;&=\\\x00") {
		return false
	}
	dot := strings.LastIndexByte(last, '.')
	return dot < 0 || !foldIn(last[dot+1:], "php", "phtml", "inc", "jsp", "asp", "aspx", "cgi", "pl", "conf", "cfg", "ini", "cnf", "config", "env", "log", "bak", "old", "orig", "swp", "key", "pem", "p12", "pfx", "jks", "db", "sqlite", "sqlite3", "mdb", "passwd", "htpasswd", "history", "properties", "yml", "yaml")
}

// hostFolders are those at the top of a host, and what else one climbs for.
var hostFolders = wordSet(`etc proc var usr boot home root windows winnt tmp dev sys opt bin sbin run mnt srv inetpub system32 admin administrator manager internal private secret secrets conf config backup backups passwd shadow hosts environ cmdline uploads evil shell cmd logs`)

// asset reports a file that pages and programs refer to.
func asset(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return false
	}
	ext := name[dot+1:]
	if i := strings.IndexAny(ext, "?#'\""); i >= 0 {
		ext = ext[:i]
	}
	return foldIn(ext, "js", "mjs", "jsx", "ts", "tsx", "css", "scss", "less", "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "woff", "woff2", "html", "htm", "md", "go", "py",
		"rb", "rs", "c", "h", "cc", "cpp", "vue", "map", "pdf", "mp4", "json", "txt", "proto", "java", "kt", "swift", "sh", "yaml", "yml", "toml",
		"xml", "xsd", "xsl", "wsdl", "csv", "tsv", "sql", "parquet", "avro", "cs", "vb", "fs", "lua", "r", "jl", "bat", "ps1", "tex", "bib", "po", "plist", "strings", "psd", "blend", "gltf", "glb", "fbx", "wav", "ogg", "eot", "eps", "ps", "tif", "tiff", "bmp", "stl", "step", "dwg", "dxf", "ipynb", "npy", "npz", "h5", "onnx", "pt", "safetensors", "geojson", "gpx", "srt", "vtt", "flac", "aac", "m4a", "mkv", "webm", "mpg", "rtf", "mdb", "accdb", "apk", "deb", "rpm", "dmg", "iso", "msi", "zst", "bz2", "7z", "rar", "cer", "storyboard", "xib", "exe", "bin", "gz", "xz", "tar")
}
