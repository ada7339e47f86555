package text

import "strings"

// A sign is what a file or an output holds that tells it, with words of which one
// stands beside it where it does not tell by itself.
type sign struct {
	mark string
	with []string
}

// signs reads a table: a line is a mark, and after a tab what stands with it, with
// bars between. \\n, \\t, \\r and \\0 are those bytes.
func signs(table string) []sign {
	var list []sign
	plain := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\0`, "\x00")
	for line := range strings.Lines(table) {
		line = strings.TrimRight(line, "\n")
		if line == "" {
			continue
		}
		mark, with, _ := strings.Cut(line, "\t")
		s := sign{mark: plain.Replace(mark)}
		if with != "" {
			s.with = strings.Split(plain.Replace(with), "|")
		}
		list = append(list, s)
	}
	return list
}

// marks are the marks of signs.
func marks(list []sign) (words []string) {
	for _, s := range list {
		words = append(words, s.mark)
	}
	return words
}

// companions are what must stand beside a mark, by mark.
func companions(list []sign) map[string][]string {
	m := make(map[string][]string)
	for _, s := range list {
		if len(s.with) > 0 {
			m[s.mark] = s.with
		}
	}
	return m
}

// fileSigns are of files and of what clouds and services tell.
var fileSigns = signs(`
root::0:0:root
root:*:1	:0:99999:7:
127.0.1.1\t	localhost
127.0.0.1 localhost
127.0.0.1   localhost
nameserver 1	search |options |nameserver 
nameserver 8	search |options |nameserver 
 ext4    errors=remount-ro
 errors=remount-ro 0 1
run-parts --report /etc/cron
passwordauthentication yes	port |usepam|permit
[client]\nuser=	password
short_open_tag = 	engine = |memory_limit
all=(all:all) all	root
all=(all) nopasswd:
:{sha}
$db_pass = '	$db|mysql
$db_password = '	$db|mysql
class jconfig {
$databases['default']['default'] = 
jwt_secret=	_uri=|_url=|node_env|port=|password
mongo_uri=mongodb	
mongodb_uri=mongodb
datasource:\n    url: jdbc:	password:
adapter: postgresql\n	password:
adapter: mysql2\n	password:
mysql_root_password:	image
postgres_password:	image
ssh-ed25519 aaaac3nzac1lzdi1nte5
machine git	 login | password 
terraform_version": "	"lineage"
# this is a sample hosts file used by microsoft
aad3b435b51404eeaad3b435b51404ee:
-- phpmyadmin sql dump
) engine=innodb	insert into |create table
 r-xp 00000000 
inter-|   receive 
\ntgid:\t	\npid:
vendor_id\t: 	processor\t:
boot_image=/boot/
]: failed password for 	sshd
]: accepted p	sshd
sysfs /sys sysfs rw
dynamic\nmeta-data
"availabilityzone":"	"instanceid"
"availabilityzone" : "	"instanceid"
network-interfaces/\nscopes	hostname
gserviceaccount.com"	"scopes"
ocid1.instance.	"compartmentid"
"droplet_id":	"hostname"
azureresourceid
"accesskeysecret"	"securitytoken"
defaultendpointsprotocol=https;accountname=	accountkey=
{"auths":{	"auth":
"auths": {	"auth":
role_arn = arn:aws:iam::	[profile 
aws_secret_access_key
redis_version:	process_id:|os:
stat pid 	stat uptime
<td class="e">	$_server
 - - [	] "
] [pid 	] [client 
mysql -u root -p	\nsudo |\nexit|\ncd |\nls
>php version 	phpinfo()
server accepts handled requests\n
[core]\n\trepositoryformatversion
$ansible_vault;
privatekey = 	[interface]
"ami-id"	instance-id
;password=	server=|data source=|host=|user id=
;pwd=	server=|data source=|uid=
'crypt' => 	'key'
'password' => '	'host'|'username'|'database'
connection.password">
<connection-url>jdbc:	<password>
password="	jdbc:
hudson.util.secret
com.cloudbees.plugins.credentials
<filezilla3>	<pass
"type": "sftp"	"password"
identityfile 	host 
bindpw 	binddn
[libdefaults]	default_realm
# type  database        user
admin_password = admin_user|secret_key
org.apache.kafka.common.security	password=
stripe_publishable_key=	sk_live
sendgrid_api_key=
twilio_auth_token=
github_token=gh
'password': '	'engine'
sqlalchemy_database_uri	secret_key|@
fastcgi_pass 	server {
serverroot "/
<server port="8005"
<appsettings>	<add key=
secret_key = "	access_key = 
scrape_configs:	password
server string = 	[global]|workgroup
rocommunity 	syslocation|rwcommunity
rwcommunity 	syslocation|rocommunity
enable secret 5 	hostname|line vty
windows registry editor version
defaultpassword=	defaultusername
0000000000000000000000000000000000000000 	clone: from|commit (initial)
info\nsecurity-credentials/
instanceprofilearn
public-ipv4: 	instance-id
"taskarn":	"containers"
lambda_task_root=	_handler=
"access_token":"ya29.	expires_in
"resource":"https://management.azure	expires_on
"machinetype":	"serviceaccounts"
"launch_index":	availability_zone
"modifiedindex":	"/registry
"containersrunning":	"dockerrootdir"
"scope":"singleton"	"beans"
{"traces":[	"headers"
gateway_interface = cgi
$krb5tgs$
ansible_ssh_pass=
ansible_become_pass=
$dbpass = 	$dbuser|$dbname
$config['password'] = 	$config['
['password'] = 	['host']|['username']
'dbpassword' => 
password=
password: 
_pass=
password = 
passwd=
<add key="	connectionstring|password
<password>	<server>\n|<servers>
kubernetes/serviceaccount/
kubernetes.io/serviceaccount/
apiversion: v1\nkind: secret	data:
"private_key_id"	"private_key"
[hkey_local_machine\\
`)

// fileWith are their companions.
var fileWith = companions(fileSigns)

// outputSigns are of commands' outputs.
var outputSigns = signs(`
preempt_dynamic x86_64
 smp preempt 	linux
-release generic amd64	freebsd
bin\nboot\ndev\n	etc\n
bin\ndev\netc\n	lib|usr
-rw-r----- 1 
-rwxr-x--- 1 
user information\n------
privileges information\n------
group information\n------
nt authority\\network service
nt authority\\local service
nt authority\\iusr
seimpersonateprivilege
psversion  	clrversion|psedition
handles  npm(k)
    directory: c:\\	lastwritetime
mode                lastwritetime
uid          pid 	cmd
uid        pid 	cmd
pid   user     time  	command
pid ppid user	command
active connections\n	local address
local address:port	state|netid
link encap:ethernet
inet addr:
inet 127.0.0.1/8 scope host
kernel ip routing table
default via 	 dev |proto
 [ether] on 
used        free      shared	mem:
 days,  	load average: 
still logged in\n
reboot   system boot
pwd=/	path=/|home=/|user=
hostname=	path=/|home=/|kubernetes_
home=/root	path=/|hostname=
kubernetes_service_host=	
allusersprofile=c:\\
computername=	comspec=|systemroot=|path=
pretty_name="	version_id=|id=
static hostname: 	operating system
container id   image
desired=unknown/install/remove
matching defaults entries for 
may run the following commands on 
# m h  dom mon dow 
no crontab for 
 bytes of data.\n64 bytes from
 data bytes\n64 bytes from
64 bytes from 	icmp_seq=
 with 32 bytes of data:	reply
: command not found	sh: 
sh: line 	not found
bash: 	: command not found
cat: /	no such file|permission denied|is a directory
ls: cannot 	no such file|permission denied
ls: /	no such file|permission denied
sh: -c: line 
the system cannot find the 	\\
volume in drive c
pinging 	with 32 bytes
traceroute to 	 hops max
tracing route to 	 hops
; <<>> dig 
uid    pid    ppid 	stime
listing... done
windows powershell\ncopyright
interface: 	internet address      physical
internet address      physical address
the command completed successfully	user|group|share|local
share name   resource
/etc/passwd\n/etc/
/root/.ssh\n
# generated by iptables-save
chain input (policy 
maj:min rm 
gnu bourne again shell	ii  
cpu op-mode(s):
scheduled task "	successfully
caption  domainname
fullname  domain
service_name: 	display_name:
 reg_sz 	hkey_
alias name     	members
default gateway . .
physical address. .
`)

// outputWith are their companions.
var outputWith = companions(outputSigns)
