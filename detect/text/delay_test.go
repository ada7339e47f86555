package text

import "testing"

func TestDelay(t *testing.T) {
	for s, want := range map[string]int{
		"1' AND SLEEP(5)-- -": 5000, "'; WAITFOR DELAY '0:0:5'--": 5000, "'; waitfor delay '00:01:05'": 65000, "1;select pg_sleep(10)": 10000, "dbms_pipe.receive_message('a',7)": 7000,
		"; sleep 4": 4000, "| ping -n 6 127.0.0.1": 6000, "& timeout /t 9": 9000, "sleep(2) or sleep(8)": 8000,
		"sleep well": 0, "sleep(": 0, "I sleep 8 hours": 8000, "pg_sleep(999999)": 0, "waitfor delay ''": 0, "": 0,
	} {
		if got := Delay(s); got != want {
			t.Errorf("Delay(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestTruth(t *testing.T) {
	for s, want := range map[string]int{
		"1 AND 1=1": 1, "1 AND 1=2": -1, "x' AND '1'='1": 1, "x' AND '1'='2": -1, "5 and 3893=3893-- -": 1, "5 and 3893=5501-- -": -1, "1 or 2>1": 1, "1 and 1<>1": -1,
		"a=b": 0, "x and y": 0, "1 and a=1": 0, "": 0, "'": 0,
	} {
		if got := Truth(s); got != want {
			t.Errorf("Truth(%q) = %d, want %d", s, got, want)
		}
	}
}
