package text

// listedCrawlers are names in the user agents of crawlers, feed readers, link previews and monitors that do not
// end in bot, spider or crawler. Distilled from the patterns of monperrus/crawler-user-agents,
// Copyright (c) 2017 Martin Monperrus, MIT licence:
//
// Permission is hereby granted, free of charge, to any person obtaining a copy of this software
// and associated documentation files (the "Software"), to deal in the Software without
// restriction, including without limitation the rights to use, copy, modify, merge, publish,
// distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
// Software is furnished to do so, subject to the following conditions: the above copyright notice
// and this permission notice shall be included in all copies or substantial portions of the
// Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
// INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE
// AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
// DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
var listedCrawlers = wordSet(`a360-search a6-indexer aacunetix aboundex academicbotrtu activecomply addthis admantx adminlabs adsbot-google adsbot-google-mobile adsbot-iab adscanner alertsite
alienfarm allafrica allorigins amazonbuyforme amazonproductdiscovery amazonsellerinitiatedlisting amzn-user anomura anthropic-ai anyevent apercite apis-google
appengine-google appinsights appsiteassociation archive-it archivebox asnriskscorer attracta authory baidu-yunguance barkrrowler bdfetch bestchange biglotron binarycanary
bingpreview bitbucket-webhooks bitdiscovery blackduck-fd blingerp blockaid bloglines blogtraffic blogtrottr blogvault bluesky bot-pge botpoke brandverity brandwatch
brokenlinkcheck browserbot-observer btwebclient bugsnag bushbaby buttondown capitaloneshopping capsulechecker catchpoint caveman-hunter centuryb certchief certytags
changedetection channable chatgpt-user check_http checkhost checkly checkmarknetwork chrome-lighthouse cincraw cirrusexplorer classla-web claude-user claude-web clickagy
clickuplinkunfurler cloudflare-alwaysonline cloudflare-autorag cloudflare-csup cloudflare-healthchecks cloudflare-prefetch cloudflare-radar-scanner cloudflare-speedtest
cloudflare-ssldetector cloudflare-stream-hook cloudflare-stream-webhook cloudflare-traffic-manager cloudflare-validator cloudflareradarurlscanner cloudtrellis cmschecker
cognitiveseo cohere-ai collapsify commafeed contentkingapp convera convermax cookie-maestro cookiehubscan cookiehubverify cotoyogi cozi-icalendar-feedreader crawl4ai
crawler4j crawler_eb_germany crawlson criticalcss cron-job cronless customasynchttpclient cyberpatrol cyotekwebcopy dareboost datadogsynthetics datafeedwatch datanyze
dataprovider ddirbbuster deadlinkchecker deepnoc dingtalkbot-linkservice dmbrowser dnsscanner dotcom-monitor downnotifier downtimedetector drataautopilot drupact
easybill-importmanager easycron ec2linkfinder edgewatch electricmonk emailwolf embedly erepublik europarchive evc-batch exodusmovement facebookcatalog facebookexternalhit
fastdast fastmailua fediindex fedineko fedoraplanet feedbin feedburner feedfetcher-google feedflow feedspot feedvalidator feedwind filterdb findfiles findlink
findthatfile firecrawlagent flamingo_searchengine flipboardproxy flipboardrss foregenix freespoke freshrss friendica funnelback gdnplus geedoproductsearch
geedoshopproductfinder gemini-deep-research genomecrawlerd getthit gigablast github-camo globalwebsearch goodzer google-ads-conversions google-adwords-express
google-adwords-instant google-agent google-apps-script google-area120 google-certificates-bridge google-extended google-gemini-cli google-inspectiontool google-notebooklm
google-physicalweb google-read-aloud google-safety google-site-verification google-trust-services google-xrawler googleagent-mariner googleassociationservice googlebot-ia
googlebot-image googlebot-mobile googlebot-news googlebot-video googledocs googleimageproxy googleother googleproducer googlestackdrivermonitoring gotosocial
gotsitemonitor grouphigh gtmetrix happywing hardenize hcardvalidator headonlyscraper heritrix hetrixtools hosttracker http_get httpunit httpurlconnection hubspot hydrozen
hypestat hyscore ia_archiver iframely imagefetcher imagemind img2dataset imgproxy innguma innologica inoreader instapaper integromat integromedb ips-agent iskanie
iubenda-radar jetslide kagi-fetcher kargobot-artemis keycdn-tools keydrop klaviyo lac_iaharvester laion-huggingface-processor legalmonster linkace linkarchiver linkdex
linkreader linktiger linkwalker lipperhey logicmonitor loopimprovements lwp-trivial lyonl-asset-proxy magicsearchdev magpierss mailchimp managewp manus-user mappydata
marketgoo marketingminer mastodon matchorysearch mavifinds mb-linkchecker mediapartners-google mediavinemetadataparser mediumbot-metatagfetcher megaindex meltwaternews
meta-externalads meta-externalagent meta-externalfetcher meta-externalhit meta-webindexer metainspector metauri metorik microsoftpreview miniflux mirrorweb mistralai-user
mixnodecache mmechanize modatscanner modularconnector monitorss monspark montastic-monitor montasticmonitor montools moreover muckrack mxtoolbox nanointeractive
nbertaupete95 nerdbynature netcraftsurveyagent netresearchserver netsystemsresearch netvibes netvigie newrelicsynthetics newsblur newsharecounts newsnow newsroom
nextcloud nicheindex nlnz_iaharvester nlux_iaharvester nodeping nooshub novaact novellum nyt_scraping observepoint omnisend onetrust onlineornot opencode-smartfetch
opengraph opengraphcheck openrss operator optimizer orlo-linkpreview outbrain outsellurlvalidator overcast owler-w page-preview-tool page2rss pagepeeker pagespeed
pagething pandalytics panopta panscient pcore-http perplexity-user perplexityuser php-curl-class pingadmin pingping pinterest pixalate playstore-google pocketcasts
pocketparser podchaserparser poduptime poggio-citations postrank potions ppingdom printfriendly pro-sitemaps probelyspdr productsup projectshield-urlcheck protopage
proximic ps_daily pulsepoint pulsetic pwabuilderhttpagent python-opengraph qwantify rakutenusabot-image readable reelevant researchscan retrevopageanalyzer retrolistecom
revvimgort reward-gateway robotschecker rsiteauditor rss-parser ruxitsynthetic salesforce schema-markup-validator scoutjet scraping scrubby searchatlas searcherweb
searcherxweb searchexpress sebot-wa securityheaders seekport seewithkids semantic-visions sentinel-linkcheck seo4ajax seokicks seolizer seoscanners seositecheckup seostar
sequelwp serverdensity sfdc-callout shopify-captain-hook shortpixel silktide simplepie simplescraper sincerasyntheticuser sindresorhus site24x7 sitebulb siteexplorer
siteimprove sitelock sitesearch360 sitesucker siteuptime skypeuripreview slack-imgproxy snacktory snapchatads snapurlpreview snipcart software-security-research
solarwinds sottopopnone sparkpost sparkshipping spawning-ai specificfeeds spectate spiderling sqwatcher startpageprivateimageproxy statistikaustria statuscake
storebot-google summify superfeedr sv-watchagent svix-webhooks swifteqlinkchecker swisscows synapse synthetic-monitoring-agent sysomos tactiscout tchelebi terracotta
testlocally testuri textrazor theinternetsearchx theoldreader thinklab thousandeyes traackr tracemyfile trafilatura trellis-services trendsmapresolver trentwil trustly
tsm-turingos ttd-content turnitin tweakers tweetedtimes twilioproxy twinagent twingly twinwavescanner uaslinkchecker ugaresearchagent unshorten uptime-kuma uptimedoctor
uptimestatistics uptimia uptrends urlcheckr useebookchecker vagabondo validator vaultpress vercel-screenshot virustotal visionheight vkshare vu-server-health-scanner
w3c-checklink w3c-mobileok w3c_css_validator w3c_i18n-checker w3c_unicorn w3c_validator watchful watchmouse watchtowr wayback web-archive-net webcapture webcopier
webdatastats webflow weborama-fetcher website-info websiteops websitepulse websniffer webspidermount wepchsearchengine whatsapp whatsmyip wheregoes wheresitup
woorankreview wordup-1 wordupinfosearch workona-favicon-service wpumbrella xy-archive-compliance yahoocachesystem yahoomailproxy yokoygroupag zoominfo
zoterotranslationserver`)
